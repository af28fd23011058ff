//go:build linux

package uds_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// bodySizes are those at which something changes: bufio's buffers, the pieces
// of the byte face, the largest message, flow control windows.
var bodySizes = []int{0, 1, 4095, 4096, 4097, 31_000, 65_537, 300_000, 5 << 20}

// protocols are the ways in which package http speaks.
var protocols = []struct {
	name  string
	tls   bool
	major int // of the version that both sides must report
	set   func(p *http.Protocols)
}{
	{"HTTP1", false, 1, func(p *http.Protocols) { p.SetHTTP1(true) }},
	{"HTTP1 over TLS", true, 1, func(p *http.Protocols) { p.SetHTTP1(true) }},
	{"HTTP2 over TLS", true, 2, func(p *http.Protocols) { p.SetHTTP2(true) }},
	{"h2c", false, 2, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }},
}

func TestHTTP(t *testing.T) {
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			client, url := httpServer(t, p.set, p.tls, testutil.SocketPath(t), echo)
			for _, size := range bodySizes {
				exchange(t, client, url, p.major, size)
			}
			var wg sync.WaitGroup
			for range 8 { // Several connections, or streams of one.
				wg.Go(func() { exchange(t, client, url, p.major, 300_000) })
			}
			wg.Wait()
		})
	}
}

// httpServer starts a server at address and returns a client for it, whatever
// the host of the URL.
func httpServer(t testing.TB, set func(*http.Protocols), useTLS bool, address string, h http.HandlerFunc) (client *http.Client, url string) {
	t.Helper()
	var p http.Protocols
	set(&p)
	l := seqListener(t, address)
	srv := &http.Server{Handler: h, Protocols: &p}
	tr := &http.Transport{
		DialContext: new(uds.Dialer).DialFunc("unixpacket", address),
		Protocols:   &p,
	}
	url = "http://uds/"
	serve := func() error { return srv.Serve(l) }
	if useTLS {
		cert := certificate(t)
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		tr.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		url = "https://uds/"
		serve = func() error { return srv.ServeTLS(l, "", "") }
	}
	served := make(chan error)
	go func() { served <- serve() }()
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		if err := srv.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve: got %v, want ErrServerClosed", err)
		}
	})
	return &http.Client{Transport: tr, Timeout: safety}, url
}

// certificate is the one of package httptest.
func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	srv := httptest.NewTLSServer(nil)
	defer srv.Close()
	return srv.TLS.Certificates[0]
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Version", fmt.Sprint(r.ProtoMajor))
	w.Write(body)
}

func exchange(t testing.TB, client *http.Client, url string, major, size int) {
	t.Helper()
	body := patternOf(size, size)
	resp, err := client.Post(url, "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		t.Errorf("POST of %d bytes: %v", size, err)
		return
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("POST of %d bytes: got %d bytes, %v, want the body", size, len(got), err)
	}
	if v := resp.Header.Get("Version"); resp.ProtoMajor != major || v != fmt.Sprint(major) {
		t.Errorf("version: got %d of the client, %q of the server, want %d", resp.ProtoMajor, v, major)
	}
}

// A handler that answers while it reads has what README says: http.Server drops what
// is not read when the answer begins, after 512 bytes as over TCP, unless told not to.
func TestHTTPAnswerWhileReading(t *testing.T) {
	for _, c := range []struct {
		duplex bool
		want   int
	}{{false, 512}, {true, 40_000}} {
		h := func(w http.ResponseWriter, r *http.Request) {
			if c.duplex {
				must(t, http.NewResponseController(w).EnableFullDuplex())
			}
			_, _ = io.Copy(w, r.Body)
		}
		client, url := httpServer(t, protocols[0].set, false, testutil.SocketPath(t), h)
		r, err := client.Post(url, "text/plain", bytes.NewReader(make([]byte, 40_000)))
		must(t, err)
		got, err := io.ReadAll(r.Body)
		must(t, errors.Join(err, r.Body.Close()))
		if len(got) != c.want {
			t.Errorf("full duplex %v: got %d bytes back, want %d", c.duplex, len(got), c.want)
		}
	}
}

// A streamed body arrives piece by piece while the request goes on.
func TestHTTPStreams(t *testing.T) {
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			client, url := httpServer(t, p.set, p.tls, testutil.SocketPath(t), func(w http.ResponseWriter, r *http.Request) {
				rc := http.NewResponseController(w)
				if p.major == 1 {
					if err := rc.EnableFullDuplex(); err != nil {
						t.Errorf("EnableFullDuplex: %v", err)
					}
				}
				rc.Flush()
				buf := make([]byte, 32)
				for {
					n, err := r.Body.Read(buf)
					w.Write(buf[:n])
					rc.Flush()
					if err != nil {
						return
					}
				}
			})
			pr, pw := io.Pipe()
			resp, err := client.Post(url, "text/plain", pr)
			must(t, err)
			defer resp.Body.Close()
			buf := make([]byte, 32)
			for i := range 20 {
				line := fmt.Sprintf("line %d", i)
				_, err := io.WriteString(pw, line)
				must(t, err)
				n, err := io.ReadFull(resp.Body, buf[:len(line)])
				if string(buf[:n]) != line || err != nil {
					t.Fatalf("line %d: got %q, %v", i, buf[:n], err)
				}
			}
			must(t, pw.Close())
			if _, err := resp.Body.Read(buf); err != io.EOF {
				t.Errorf("end: got %v, want EOF", err)
			}
		})
	}
}

// A client that gives up unblocks the handler.
func TestHTTPClientGoesAway(t *testing.T) {
	entered, gone := make(chan struct{}), make(chan error, 1)
	client, url := httpServer(t, protocols[0].set, false, abstractName(), func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		gone <- r.Context().Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	must(t, err)
	_, err = client.Do(req)
	isErr(t, "Do", err, context.Canceled)
	isErr(t, "handler", <-gone, context.Canceled)
}

// A hijacked connection is the SeqConn.
func TestHTTPHijack(t *testing.T) {
	done := make(chan error, 1)
	client, url := httpServer(t, protocols[0].set, false, abstractName(), func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			done <- err
			return
		}
		defer c.Close()
		seq, ok := c.(*uds.SeqConn)
		if !ok {
			done <- fmt.Errorf("Hijack: got a %T, want a *uds.SeqConn", c)
			return
		}
		done <- seq.Send([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
	})
	resp, err := client.Get(url)
	must(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, <-done); string(got) != "hi" || err != nil {
		t.Errorf("got %q, %v, want \"hi\"", got, err)
	}
}

// TLS over a pair, with records and pieces of every size.
func TestTLS(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	server := tls.Server(a, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})
	client := tls.Client(b, &tls.Config{InsecureSkipVerify: true})
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(server, io.LimitReader(&stream{}, 3<<20))
		done <- errors.Join(err, server.CloseWrite())
	}()
	got, err := io.ReadAll(client)
	want := make([]byte, 3<<20)
	(&stream{}).Read(want)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want the %d that were sent", len(got), err, len(want))
	}
	must(t, <-done)
}
