package uds_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A file of a stream listener leaves it non-blocking, which package net's does not:
// Close still ends an Accept.
func TestFileOfAStreamListenerStaysNonblocking(t *testing.T) {
	l, err := new(uds.ListenConfig).Listen(t.Context(), "unix", abstractName())
	must(t, err)
	closeLater(t, l)
	f, err := l.(*uds.StreamListener).File()
	must(t, err)
	closeLater(t, f)
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	must(t, err)
	cloexec, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
	must(t, err)
	if flags&unix.O_NONBLOCK == 0 || cloexec&unix.FD_CLOEXEC == 0 {
		t.Errorf("got flags %#x and %#x, want O_NONBLOCK and FD_CLOEXEC", flags, cloexec)
	}
	same, err := net.FileListener(f)
	must(t, err)
	closeLater(t, same)
	if same.Addr().String() != l.Addr().String() {
		t.Errorf("got a listener at %v, want %v", same.Addr(), l.Addr())
	}
}

// After Close every call of a stream listener fails with net.ErrClosed in the shape
// of all errors, those among them that package net lets through.
func TestClosedStreamListener(t *testing.T) {
	l, err := uds.Listen("unix", abstractName())
	must(t, err)
	must(t, l.Close())
	s := l.(*uds.StreamListener)
	_, raw := s.SyscallConn()
	_, accept := s.Accept()
	for name, err := range map[string]error{
		"SetDeadline": s.SetDeadline(time.Now()), "SyscallConn": raw, "Accept": accept, "Close": s.Close(),
	} {
		var op *net.OpError
		if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) || op.Net != "unix" || op.Addr != l.Addr() {
			t.Errorf("%s: got %#v, want %v with the listener's address", name, err, net.ErrClosed)
		}
		if bad := checkNesting(err); bad != nil {
			t.Error(bad)
		}
	}
}

// The file's errors are those of other calls.
func TestFileOfAClosedStreamListener(t *testing.T) {
	l, err := new(uds.ListenConfig).Listen(context.Background(), "unix", abstractName())
	must(t, err)
	must(t, l.Close())
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if f != nil || !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, %v, want %v", f, err, net.ErrClosed)
	}
	if bad := checkNesting(err); bad != nil {
		t.Error(bad)
	}
}

// The stream listener is one of package net, but for its file and its address.
func TestSockfileStreamListener(t *testing.T) {
	testutil.CheckLeaks(t)
	path := pathOfLength(t, 300, 100)
	l, err := (&uds.ListenConfig{Options: uds.Options{PassCredentials: true, WriteBuffer: 100_000}}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := l.Addr(); got.String() != path || got.Network() != "unix" {
		t.Errorf("Addr: got %v %v, want unix %v", got.Network(), got, path)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	c, err := net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u, ok := s.(*net.UnixConn)
	if !ok {
		t.Fatalf("Accept: got %T, want *net.UnixConn", s)
	}
	if got := intOption(t, u, unix.SO_PASSCRED); got != 1 {
		t.Errorf("SO_PASSCRED: got %d, want 1", got)
	}
	if err := l.(*uds.StreamListener).SetDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	_, err = l.Accept()
	var op *net.OpError
	if !errors.As(err, &op) || !errors.Is(err, os.ErrDeadlineExceeded) || op.Addr.String() != path {
		t.Errorf("Accept: got %v, want a deadline error with the path", err)
	}
}
