// Quickstart shows both faces of a SEQPACKET connection. It starts an
// http.Server on a SEQPACKET socket, posts 5 MiB to it over TLS and gets them
// back, then exchanges messages, one of them empty.
//
//	go run ./examples/quickstart
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"example.com/uds"
	"example.com/uds/examples/internal/selfsigned"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "uds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := bytesOverTLS(out, filepath.Join(dir, "http.sock")); err != nil {
		return err
	}
	return messages(out, filepath.Join(dir, "messages.sock"))
}

// bytesOverTLS uses the byte face: only the two lines that listen and dial know
// that it is not TCP.
func bytesOverTLS(out io.Writer, path string) error {
	serverTLS, clientTLS, err := selfsigned.Configs("quickstart")
	if err != nil {
		return err
	}
	l, err := uds.Listen("unixpacket", path)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: http.HandlerFunc(echo), TLSConfig: serverTLS}
	defer srv.Close()
	go srv.ServeTLS(l, "", "")
	fmt.Fprintf(out, "http.Server on %s %s\n", l.Addr().Network(), l.Addr())

	transport := &http.Transport{
		DialContext:       new(uds.Dialer).DialFunc("unixpacket", path),
		TLSClientConfig:   clientTLS,
		ForceAttemptHTTP2: true,
	}
	defer transport.CloseIdleConnections()
	body := make([]byte, 5<<20)
	rand.Read(body)
	client := &http.Client{Transport: transport}
	resp, err := client.Post("https://quickstart/", "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, body) {
		return fmt.Errorf("posted %d bytes, got %d others back", len(body), len(got))
	}
	fmt.Fprintf(out, "posted %d bytes with %s over TLS and got the same %d back\n", len(body), resp.Proto, len(got))
	return nil
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Write(body)
}

// messages uses the message face: one message a call, and an empty message is
// not the end.
func messages(out io.Writer, path string) error {
	l, err := uds.ListenSeq(path)
	if err != nil {
		return err
	}
	defer l.Close()
	client, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer client.Close()
	server, err := l.AcceptSeq()
	if err != nil {
		return err
	}
	defer server.Close()

	for _, m := range []string{"first", "", "third, and longer than the buffer"} {
		if err := client.Send([]byte(m)); err != nil {
			return err
		}
		fmt.Fprintf(out, "sent %q\n", m)
	}
	client.Close()
	return receive(out, server)
}

// receive receives until the end.
func receive(out io.Writer, c *uds.SeqConn) error {
	buf := make([]byte, 16)
	for {
		n, err := c.Recv(buf)
		var cut *uds.TruncatedError
		switch {
		case err == io.EOF:
			fmt.Fprintln(out, "received the end of the connection")
			return nil
		case errors.As(err, &cut):
			fmt.Fprintf(out, "received %q, the first %d of %d bytes\n", buf[:n], n, cut.Size)
		case err != nil:
			return err
		default:
			fmt.Fprintf(out, "received %q\n", buf[:n])
		}
	}
}
