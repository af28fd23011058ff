// Http serves and makes requests over SEQPACKET sockets in the three ways that
// package http has: HTTP/1.1, HTTP/2 without encryption (h2c) and HTTP/2 over
// TLS. The handler learns from the kernel which user is calling.
//
//	go run ./examples/http
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"example.com/uds"
	"example.com/uds/examples/internal/selfsigned"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

// ways are the protocols to speak, and whether over TLS.
var ways = []struct {
	name string
	tls  bool
	set  func(*http.Protocols)
}{
	{"HTTP/1.1", false, func(p *http.Protocols) { p.SetHTTP1(true) }},
	{"h2c", false, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }},
	{"HTTP/2 over TLS", true, func(p *http.Protocols) { p.SetHTTP2(true) }},
}

func run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "uds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for i, w := range ways {
		var p http.Protocols
		w.set(&p)
		path := filepath.Join(dir, fmt.Sprint(i))
		got, err := request(path, &p, w.tls)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		fmt.Fprintf(out, "%s: %s\n", w.name, got)
	}
	return nil
}

// request starts a server at path and posts to it.
func request(path string, p *http.Protocols, useTLS bool) (string, error) {
	l, err := uds.Listen("unixpacket", path)
	if err != nil {
		return "", err
	}
	srv := &http.Server{
		Handler:     own(http.HandlerFunc(upper)),
		Protocols:   p,
		ConnContext: uds.ContextWithPeer, // for own
	}
	transport := &http.Transport{
		Protocols: p,
		// Whatever the URL says, requests go to this socket.
		DialContext: new(uds.Dialer).DialFunc("unixpacket", path),
	}
	url, serve := "http://uds/", func() error { return srv.Serve(l) }
	if useTLS {
		var client *tls.Config
		if srv.TLSConfig, client, err = selfsigned.Configs("uds"); err != nil {
			l.Close()
			return "", err
		}
		transport.TLSClientConfig = client
		url, serve = "https://uds/", func() error { return srv.ServeTLS(l, "", "") }
	}
	go serve()
	defer srv.Shutdown(context.Background())
	defer transport.CloseIdleConnections()
	return post(&http.Client{Transport: transport}, url)
}

func post(client *http.Client, url string) (string, error) {
	body := strings.Repeat("seqpacket ", 100_000)
	resp, err := client.Post(url, "text/plain", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if string(got) != strings.ToUpper(body) {
		return "", fmt.Errorf("got %d bytes that are not the answer", len(got))
	}
	return fmt.Sprintf("%s, %d bytes there and back", resp.Proto, len(got)), nil
}

// own has next answer the user that this process runs as, and nobody else. The
// kernel says who is calling, so the request need not be believed.
func own(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, ok := uds.PeerFromContext(r.Context())
		if !ok || peer.Cred.UID != os.Getuid() {
			http.Error(w, "not your server", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// upper answers with the request's body in capitals.
func upper(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	io.WriteString(w, strings.ToUpper(string(body)))
}
