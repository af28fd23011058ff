package socket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// An http.Server and its clients over sockets of every family of streams.
func TestListenerServesHTTP(t *testing.T) {
	inFamilies(t, func(t *testing.T, family int) {
		l, sa := listen(t, family, socket.SockStream)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })}
		done := start(func() error { return srv.Serve(l.Listener()) })
		client := httpClient(sa)
		for _, size := range []int{0, 1, 1 << 20} {
			if err := postEcho(client, size); err != nil {
				t.Errorf("family %d, %d bytes: %v", family, size, err)
			}
		}
		client.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := within(t, done); err != http.ErrServerClosed {
			t.Errorf("got %v, want %v", err, http.ErrServerClosed)
		}
		if !l.Closed() {
			t.Error("got an open socket after its listener was closed")
		}
	}, socket.AFInet, socket.AFInet6, socket.AFUnix)
}

// httpClient dials sa, whatever the URL's host.
func httpClient(sa socket.Sockaddr) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		s, err := socket.New(sa.Family(), socket.SockStream, 0)
		if err != nil {
			return nil, err
		}
		if err := s.Connect(ctx, sa); err != nil {
			s.Close()
			return nil, err
		}
		return s.StreamConn(), nil
	}}}
}

func postEcho(client *http.Client, size int) error {
	body := strings.Repeat("x", size)
	r, err := client.Post("http://host/", "text/plain", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err == nil && string(got) != body {
		err = fmt.Errorf("got %d bytes, want the %d that were sent", len(got), size)
	}
	return err
}

func TestListenerErrorsAreNets(t *testing.T) {
	s, sa := listen(t, socket.AFInet, socket.SockStream)
	l := s.Listener()
	if l.Addr().Network() != "tcp" || l.Addr().String() != sa.String() {
		t.Errorf("got %v, want %v", l.Addr(), sa)
	}
	l.(interface{ SetDeadline(time.Time) error }).SetDeadline(time.Now())
	_, err := l.Accept()
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "accept" || op.Net != "tcp4" || op.Source != nil || op.Addr != l.Addr() || !op.Timeout() {
		t.Errorf("got %#v, want a timeout in an OpError", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{"accept": second(l.Accept()), "close": l.Close()} {
		if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) || op.Op != name {
			t.Errorf("%s: got %v, want net.ErrClosed in an OpError", name, err)
		}
	}
	l = newSocket(t, socket.AFInet, socket.SockStream, 0).Listener()
	if _, err := l.Accept(); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("what does not listen: got %v, want EINVAL", err)
	}
}

// A server whose descriptors run out again and again under load serves every
// client in the end: Accept fails with EMFILE, takes nothing, and goes on.
func TestListenerRecoversFromTheDescriptorLimitUnderLoad(t *testing.T) {
	l, sa := listenBacklog(t, 256)
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l.Close()
	cmd := testutil.Child(t, "serve at the limit")
	cmd.ExtraFiles = []*os.File{f}
	out := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = out, out
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const clients, requests = 100, 3
	failed := make(chan error, clients)
	for range clients {
		go func() {
			client := httpClient(sa)
			defer client.CloseIdleConnections()
			for range requests {
				if err := postEcho(client, 100); err != nil {
					failed <- err
					return
				}
				client.CloseIdleConnections()
			}
			failed <- nil
		}()
	}
	for range clients {
		if err := within(t, failed); err != nil {
			t.Error(err)
		}
	}
	stop.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func listenBacklog(t *testing.T, backlog int) (*socket.Socket, socket.Sockaddr) {
	l := newSocket(t, socket.AFInet, socket.SockStream, 0)
	sa := bind(t, l)
	if err := l.Listen(backlog); err != nil {
		t.Fatal(err)
	}
	return l, sa
}

func init() {
	testutil.RegisterChild("serve at the limit", serveAtTheLimit)
}

// serveAtTheLimit serves on descriptor 3, with room for 10 connections, until
// standard input ends. The first requests wait until Accept has met the limit.
func serveAtTheLimit() {
	s, err := socket.FromFile(os.NewFile(3, "listener"))
	must(err)
	full := make(chan struct{})
	var once sync.Once
	var limits atomic.Int32
	l := &limited{Listener: s.Listener(), met: func() {
		limits.Add(1)
		once.Do(func() { close(full) })
	}}
	srv := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-full
		w.Header().Set("Connection", "close")
		io.Copy(w, r.Body)
	})}
	restore := limitFilesAbove(10)
	done := start(func() error { return srv.Serve(l) })
	io.Copy(io.Discard, os.Stdin)
	restore()
	must(srv.Close())
	if err := <-done; err != http.ErrServerClosed || limits.Load() == 0 {
		panic(fmt.Sprintf("got %v after meeting the limit %d times", err, limits.Load()))
	}
}

// limited tells when Accept meets the limit of descriptors.
type limited struct {
	net.Listener
	met func()
}

func (l *limited) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	var op *net.OpError
	if errors.Is(err, syscall.EMFILE) && errors.As(err, &op) && op.Temporary() {
		l.met()
	}
	return c, err
}
