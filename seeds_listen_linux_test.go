package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The listeners of docs/seeds.md.

// unix.listen: the mode holds from the moment the file exists, "@" is an
// abstract name, and what is there already is not removed.
func TestSeedListen(t *testing.T) {
	path := testutil.SocketPath(t)
	lc := uds.ListenConfig{Mode: 0o600}
	l, err := lc.ListenSeq(context.Background(), path)
	must(t, err)
	defer l.Close()
	if fi, err := os.Lstat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", fi, err)
	}
	if _, err := uds.ListenSeq(path); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want EADDRINUSE", err)
	}
	abstract, err := uds.ListenSeq(abstractName())
	must(t, err)
	if a, err := abstract.Sockname(); !a.IsAbstract() || err != nil {
		t.Errorf("got %v, %v, want an abstract name", a, err)
	}
	abstract.Close()
}

// unix.stream.listen: the same for a listener of streams.
func TestSeedListenStream(t *testing.T) {
	path := testutil.SocketPath(t)
	lc := uds.ListenConfig{Mode: 0o600}
	l, err := lc.Listen(context.Background(), "unix", path)
	must(t, err)
	defer l.Close()
	if fi, err := os.Lstat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", fi, err)
	}
	c, err := net.Dial("unix", path)
	must(t, err)
	defer c.Close()
	s, err := l.Accept()
	must(t, err)
	s.Close()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("got %d, %v, want the end", n, err)
	}
}

// A listen that fails leaves the umask and what is there as they were.
func TestSeedListenFails(t *testing.T) {
	path := testutil.SocketPath(t)
	refused := errors.New("refused")
	lc := uds.ListenConfig{Mode: 0o600, Control: func(string, string, syscall.RawConn) error { return refused }}
	before := seedUmask(t)
	for _, network := range []string{"unixpacket", "unix"} {
		if _, err := lc.Listen(context.Background(), network, path); !errors.Is(err, refused) {
			t.Errorf("%s: got %v, want %v", network, err, refused)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: got %v, want no file", network, err)
		}
	}
	if after := seedUmask(t); after != before {
		t.Errorf("got umask %s, want %s", after, before)
	}
}

// seedUmask is the process's, which umask(2) would not tell without setting it.
func seedUmask(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	must(t, err)
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "Umask:"); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Skip("needs the Umask of proc_pid_status(5) (Linux 4.7)")
	panic("not reached")
}
