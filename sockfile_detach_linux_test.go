package uds_test

import (
	"context"
	"net"
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// The socket file belongs to a detached socket, which is open: a Close after
// Detach, as a deferred one is, leaves it.
func TestSockfileStaysAfterDetach(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	c, err := uds.ListenDgram(path)
	must(t, err)
	detachAndClose(t, c, path)

	path = testutil.SocketPath(t)
	l, err := uds.ListenSeq(testutil.SocketPath(t))
	must(t, err)
	defer l.Close()
	d := uds.Dialer{LocalAddr: uds.MustParseAddr(path)}
	s, err := d.DialSeq(context.Background(), l.Addr().String())
	must(t, err)
	detachAndClose(t, s, path)
}

func detachAndClose(t *testing.T, c interface {
	net.Conn
	Detach() (*os.File, error)
}, path string) {
	t.Helper()
	before := inode(t, path)
	f, err := c.Detach()
	must(t, err)
	defer f.Close()
	isErr(t, "Close after Detach", c.Close(), net.ErrClosed)
	if _, err := os.Lstat(path); err != nil {
		t.Fatalf("%T: after Detach and Close: %v, want the file", c, err)
	}
	if got := inode(t, path); got != before {
		t.Errorf("%T: got inode %v, want %v", c, got, before)
	}
}

// Connections of a stream listener have its options, as others have.
func TestSockfileStreamConnectionsHaveTheOptions(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	lc := uds.ListenConfig{Options: uds.Options{ReadBuffer: 20_000, WriteBuffer: 30_000}}
	l, err := lc.Listen(t.Context(), "unix", path)
	must(t, err)
	defer l.Close()
	c, err := net.Dial("unix", path)
	must(t, err)
	defer c.Close()
	s, err := l.Accept()
	must(t, err)
	defer s.Close()
	u := s.(*net.UnixConn)
	if r, w := intOption(t, u, unix.SO_RCVBUF), intOption(t, u, unix.SO_SNDBUF); r != 40_000 || w != 60_000 {
		t.Errorf("buffers: got %d and %d, want 40000 and 60000", r, w)
	}
}
