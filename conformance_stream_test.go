//go:build linux

package uds_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// streamComparisons are about code that takes a connection for a stream.
var streamComparisons = []comparison{
	{
		"`io.Copy` of three messages of 50,000 bytes",
		func(t testing.TB) string { a, b := unixPair(t); return copied(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return copied(t, a, b) },
	},
	{
		"an HTTP request with a body of 300,000 bytes",
		func(t testing.TB) string { return posted(t, netEndpoint(t)) },
		func(t testing.TB) string { return posted(t, udsEndpoint(t)) },
	},
	{
		"a TLS handshake",
		func(t testing.TB) string { a, b := unixPair(t); return shookHands(a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return shookHands(a, b) },
	},
	{
		"`Write` of 300,000 bytes with `SO_SNDBUF` 212,992",
		func(t testing.TB) string { a, b := unixPair(t); return wrote(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return wrote(t, a, b) },
	},
}

// commas is n with commas between the thousands.
func commas(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func copied(t testing.TB, a, b net.Conn) string {
	for range 3 {
		_, err := a.Write(make([]byte, 50_000))
		must(t, err)
	}
	a.Close()
	n, err := io.Copy(struct{ io.Writer }{io.Discard}, b)
	return fmt.Sprintf("delivers %s of 150,000 bytes, err == %s", commas(int(n)), nilOr(err))
}

func shookHands(a, b net.Conn) string {
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	defer cert.Close()
	for _, c := range []net.Conn{a, b} {
		c.SetDeadline(time.Now().Add(hopeless(a)))
	}
	server := tls.Server(a, cert.TLS)
	client := tls.Client(b, &tls.Config{InsecureSkipVerify: true})
	done := make(chan error)
	go func() {
		err := server.Handshake()
		a.Close()
		done <- err
	}()
	err := client.Handshake()
	b.Close()
	if err := errors.Join(err, <-done); err != nil {
		return "never completes"
	}
	return "completes"
}

// hopeless is how long to wait for what never happens on c, and for what
// happens.
func hopeless(c net.Conn) time.Duration {
	if _, ok := c.(*net.UnixConn); ok {
		return time.Second
	}
	return safety
}

// endpoint is a way to listen and to dial.
type endpoint struct {
	l    net.Listener
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	wait time.Duration
}

func netEndpoint(t testing.TB) endpoint {
	path := testutil.SocketPath(t)
	l, err := listenNet("unixpacket", path)
	must(t, err)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unixpacket", path)
	}
	return endpoint{l, dial, time.Second}
}

func udsEndpoint(t testing.TB) endpoint {
	path := testutil.SocketPath(t)
	return endpoint{seqListener(t, path), new(uds.Dialer).DialFunc("unixpacket", path), safety}
}

func posted(t testing.TB, e endpoint) string {
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})}
	defer srv.Close()
	go srv.Serve(e.l)
	tr := &http.Transport{DialContext: e.dial}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr, Timeout: e.wait}
	body := bytes.Repeat([]byte("0123456789"), 30_000)
	resp, err := client.Post("http://uds/", "text/plain", bytes.NewReader(body))
	if err != nil {
		return "fails"
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, body) {
		return "fails"
	}
	return "is echoed whole"
}

// bufferedConn is a connection whose SO_SNDBUF can be set.
type bufferedConn interface {
	net.Conn
	SetWriteBuffer(bytes int) error
}

func wrote(t testing.TB, a bufferedConn, b net.Conn) string {
	must(t, a.SetWriteBuffer(212_992/2)) // Linux doubles it.
	got := make(chan int)
	go func() {
		n, _ := io.Copy(io.Discard, b)
		got <- int(n)
	}()
	_, err := a.Write(make([]byte, 300_000))
	a.Close()
	n := <-got
	if errors.Is(err, syscall.EMSGSIZE) {
		return "fails with EMSGSIZE"
	}
	return fmt.Sprintf("arrives, %s bytes, err == %s", commas(n), nilOr(err))
}
