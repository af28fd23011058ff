package uds_test

import (
	"errors"
	"net"
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// detacher is a connection that owns a socket file.
type detacher interface {
	Close() error
	Detach() (*os.File, error)
}

// Of a Close and a Detach at once one succeeds, and the socket file is gone if
// that is the Close, and there if it is the Detach.
func TestSockfileOfACloseAndADetachAtOnce(t *testing.T) {
	testutil.CheckLeaks(t)
	l := seqListener(t, testutil.SocketPath(t))
	for name, bound := range map[string]func(path string) (detacher, error){
		"DgramConn": func(path string) (detacher, error) { return uds.ListenDgram(path) },
		"SeqConn": func(path string) (detacher, error) {
			d := uds.Dialer{LocalAddr: uds.MustParseAddr(path)}
			return d.DialSeq(t.Context(), l.Addr().String())
		},
	} {
		path := testutil.SocketPath(t)
		for range 500 {
			c, err := bound(path)
			must(t, err)
			sockfileCloseAndDetach(t, name, c, path)
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}

func sockfileCloseAndDetach(t *testing.T, name string, c detacher, path string) {
	t.Helper()
	closed, begin := make(chan error, 1), make(chan struct{})
	go func() {
		<-begin
		closed <- c.Close()
	}()
	close(begin)
	f, detached := c.Detach()
	if f != nil {
		defer f.Close()
	}
	_, file := os.Lstat(path)
	switch err := wantDone(t, closed); {
	case detached == nil:
		isErr(t, name+": Close after Detach", err, net.ErrClosed)
		if _, err := os.Lstat(path); err != nil {
			t.Fatalf("%s: after Detach (%v at once) and Close: %v, want the file", name, file, err)
		}
	case err == nil:
		isErr(t, name+": Detach after Close", detached, net.ErrClosed)
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s: after Close: got %v, want no file", name, err)
		}
	default:
		t.Fatalf("%s: Close: %v, Detach: %v, want one to succeed", name, err, detached)
	}
}
