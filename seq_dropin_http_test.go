//go:build linux

package uds_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// dropinServer serves h with srv's settings and returns its address.
func dropinServer(t testing.TB, srv *http.Server, h http.HandlerFunc) (address string) {
	t.Helper()
	address = abstractName()
	l := seqListener(t, address)
	srv.Handler = h
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve: got %v, want ErrServerClosed", err)
		}
	})
	return address
}

// dropinClient returns a client of the server at address.
func dropinClient(t testing.TB, address string, tr *http.Transport) *http.Client {
	t.Helper()
	tr.DialContext = new(uds.Dialer).DialFunc("unixpacket", address)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: safety}
}

// A body that waits for 100 Continue is sent when the server asks for it, and
// not when it refuses.
func TestHTTPExpectContinue(t *testing.T) {
	address := dropinServer(t, &http.Server{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		echo(w, r)
	})
	client := dropinClient(t, address, &http.Transport{ExpectContinueTimeout: safety})
	for _, c := range []struct {
		path         string
		status, read int
	}{{"/yes", 200, 300_000}, {"/no", 403, 0}} {
		body := bytes.NewReader(patternOf(7, 300_000))
		req, err := http.NewRequest("POST", "http://uds"+c.path, body)
		must(t, err)
		req.Header.Set("Expect", "100-continue")
		resp, err := client.Do(req)
		must(t, err)
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if read := 300_000 - body.Len(); resp.StatusCode != c.status || len(got) != c.read || read != c.read || err != nil {
			t.Errorf("%s: got status %d, %d bytes back, %d sent, %v, want %d and %d", c.path, resp.StatusCode, len(got), read, err, c.status, c.read)
		}
	}
}

// upgraded answers an upgrade and then echoes what it gets.
func upgraded(t testing.TB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("Hijack: %v", err)
			return
		}
		defer c.Close()
		fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		if err := rw.Flush(); err != nil {
			t.Errorf("Flush: %v", err)
			return
		}
		if _, err := io.Copy(c, rw); err != nil && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("echo: %v", err)
		}
	}
}

// An upgraded connection carries bytes both ways at the same time, also by way
// of a reverse proxy whose both sides are SEQPACKET.
func TestHTTPUpgradeThroughReverseProxy(t *testing.T) {
	testutil.CheckLeaks(t)
	address := dropinServer(t, &http.Server{}, upgraded(t))
	target, err := url.Parse("http://backend/")
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = dropinClient(t, address, &http.Transport{}).Transport
	for name, at := range map[string]string{"direct": address, "proxied": dropinServer(t, &http.Server{}, proxy.ServeHTTP)} {
		t.Run(name, func(t *testing.T) {
			client := dropinClient(t, at, &http.Transport{})
			client.Timeout = 0 // With one the body cannot be written.
			req, err := http.NewRequest("GET", "http://uds/", nil)
			must(t, err)
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "echo")
			resp, err := client.Do(req)
			must(t, err)
			defer resp.Body.Close()
			rw, ok := resp.Body.(io.ReadWriteCloser)
			if resp.StatusCode != http.StatusSwitchingProtocols || !ok {
				t.Fatalf("got status %d and a body of type %T, want 101 and one that can be written", resp.StatusCode, resp.Body)
			}
			want := patternOf(3, 1<<20)
			wrote := make(chan error, 1)
			go func() { _, err := rw.Write(want); wrote <- err }()
			got := make([]byte, len(want))
			if _, err := io.ReadFull(rw, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %v and equal bytes: %t, want all of them back", err, bytes.Equal(got, want))
			}
			must(t, <-wrote)
		})
	}
}

// Requests that come in one message, and one that comes byte by byte, are
// answered in their order on one connection.
func TestHTTPPipelining(t *testing.T) {
	address := dropinServer(t, &http.Server{}, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) })
	c := client(t, address)
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: uds\r\n\r\n" }
	sendAll(t, c, get("/1")+get("/2")+get("/3")[:7], get("/3")[7:])
	for _, b := range get("/4") {
		sendAll(t, c, string(b))
	}
	r := bufio.NewReader(c)
	for _, want := range []string{"/1", "/2", "/3", "/4"} {
		resp, err := http.ReadResponse(r, nil)
		must(t, err)
		got, err := io.ReadAll(resp.Body)
		if string(got) != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

// The server's timeouts hang up, and no sooner than the client did what they
// are about.
func TestHTTPServerTimeouts(t *testing.T) {
	whole := "GET / HTTP/1.1\r\nHost: uds\r\n\r\n"
	for _, c := range []struct {
		name string
		srv  func(limit time.Duration) *http.Server
		send string
		want string // the begin of what comes before the end
	}{
		{"ReadHeaderTimeout", func(d time.Duration) *http.Server { return &http.Server{ReadHeaderTimeout: d} }, whole[:16], ""},
		{"ReadTimeout", func(d time.Duration) *http.Server { return &http.Server{ReadTimeout: d} },
			"POST / HTTP/1.1\r\nHost: uds\r\nContent-Length: 9\r\n\r\nabc", "HTTP/1.1 200 OK"},
		{"IdleTimeout", func(d time.Duration) *http.Server { return &http.Server{IdleTimeout: d} }, whole, "HTTP/1.1 200 OK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			read := make(chan error, 1)
			for limit := 30 * time.Millisecond; ; limit *= 4 {
				address := dropinServer(t, c.srv(limit), func(w http.ResponseWriter, r *http.Request) {
					_, err := io.ReadAll(r.Body)
					read <- err
				})
				conn := client(t, address)
				if err := conn.Send([]byte(c.send)); err != nil && limit < safety {
					continue // The server hung up before: the machine is slow.
				}
				got, err := io.ReadAll(conn)
				if c.want != "" && len(got) == 0 && limit < safety {
					continue // It did before it had read the request.
				}
				if !strings.HasPrefix(string(got), c.want) || c.want == "" && len(got) > 0 || err != nil {
					t.Errorf("got %q, %v, want %q and the end", got, err, c.want)
				}
				if c.name == "ReadTimeout" {
					isErr(t, "body", <-read, os.ErrDeadlineExceeded)
				}
				return
			}
		})
	}
}

// Shutdown hangs up on idle connections and waits for a request that is being
// answered, in which the background read of package http is aborted by a
// deadline in the past.
func TestHTTPShutdown(t *testing.T) {
	srv := &http.Server{}
	entered, leave := make(chan struct{}), make(chan struct{})
	address := dropinServer(t, srv, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-leave
		}
		io.WriteString(w, "answer")
	})
	idle := client(t, address)
	sendAll(t, idle, "GET / HTTP/1.1\r\nHost: uds\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(idle), nil)
	must(t, err)
	_, err = io.ReadAll(resp.Body)
	must(t, err)

	slow := client(t, address)
	sendAll(t, slow, "GET /slow HTTP/1.1\r\nHost: uds\r\n\r\n")
	<-entered
	down := make(chan error, 1)
	go func() { down <- srv.Shutdown(context.Background()) }()
	if got := recvEnd(idle); got != "EOF" {
		t.Errorf("idle: got %s, want EOF", got)
	}
	select {
	case err := <-down:
		t.Errorf("Shutdown: got %v while a request is being answered, want it to wait", err)
	default:
	}
	close(leave)
	got, err := io.ReadAll(slow)
	if !bytes.HasSuffix(got, []byte("answer")) || err != nil {
		t.Errorf("slow: got %q, %v, want the answer and the end", got, err)
	}
	must(t, <-down)
	if c, err := uds.DialSeq(address); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after Shutdown: got %v, %v, want %v", c, err, syscall.ECONNREFUSED)
	}
}

// httptest serves on a listener that it is given.
func TestHTTPTestServer(t *testing.T) {
	address := abstractName()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	srv.Listener.Close()
	srv.Listener = seqListener(t, address)
	srv.StartTLS()
	defer srv.Close()
	tr := srv.Client().Transport.(*http.Transport)
	client := dropinClient(t, address, tr)
	exchange(t, client, "https://example.com/", 1, 300_000)
	if got := srv.Listener.Addr().Network(); got != "unixpacket" {
		t.Errorf("network: got %q, want unixpacket", got)
	}
}
