package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

var socketTypes = map[string]int{"unixpacket": unix.SOCK_SEQPACKET, "unix": unix.SOCK_STREAM, "unixgram": unix.SOCK_DGRAM}

// bareSocket binds a socket without this package; it listens if it can.
func bareSocket(t *testing.T, typ int, path string) (fd int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if typ != unix.SOCK_DGRAM {
		if err := unix.Listen(fd, 1); err != nil {
			t.Fatal(err)
		}
	}
	return fd
}

// stale leaves a dead socket at path.
func stale(t *testing.T, typ int, path string) {
	t.Helper()
	unix.Close(bareSocket(t, typ, path))
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// wantOnly fails unless the directory of path contains path's file and no other.
func wantOnly(t *testing.T, path string, present bool) {
	t.Helper()
	var got, want []string
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if present {
		want = []string{filepath.Base(path)}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("directory: got %q, want %q", got, want)
	}
}

func TestSockfileStaleSocketOfAnyType(t *testing.T) {
	testutil.CheckLeaks(t)
	for network, open := range openers {
		for _, typ := range socketTypes {
			path := testutil.SocketPath(t)
			stale(t, typ, path)
			if _, err := open(&uds.ListenConfig{}, path); !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("%s, ExistingFail: got %v, want EADDRINUSE", network, err)
			}
			closeSocket, err := open(&uds.ListenConfig{Existing: uds.ExistingRemoveStale}, path)
			if err != nil {
				t.Fatalf("%s over a stale type %d: %v", network, typ, err)
			}
			wantOnly(t, path, true)
			if err := closeSocket(); err != nil {
				t.Fatal(err)
			}
			wantOnly(t, path, false)
		}
	}
}

// A live socket stays, listening or only bound, and does not notice that it was
// asked after: no connection and no message arrives, and no place in its backlog
// is taken.
func TestSockfileLiveSocketIsNotDisturbed(t *testing.T) {
	testutil.CheckLeaks(t)
	for network, open := range openers {
		for name, typ := range socketTypes {
			path := testutil.SocketPath(t)
			fd := bareSocket(t, typ, path)
			before := inode(t, path)
			for range 5 { // more than the backlog
				_, err := open(&uds.ListenConfig{Existing: uds.ExistingRemoveStale}, path)
				if !errors.Is(err, syscall.EADDRINUSE) {
					t.Errorf("%s over a live %s: got %v, want EADDRINUSE", network, name, err)
				}
			}
			if after := inode(t, path); after != before {
				t.Errorf("%s over a live %s: got inode %d, want %d", network, name, after, before)
			}
			wantOnly(t, path, true)
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			if n, err := unix.Poll(fds, 0); err != nil || n != 0 {
				t.Errorf("%s over a live %s: poll got %d, %v, %#x, want nothing to read", network, name, n, err, fds[0].Revents)
			}
			unix.Close(fd)
		}
	}
}

// A datagram socket that is connected elsewhere refuses strangers with EPERM,
// which means that it is alive.
func TestSockfileConnectedDatagramSocketIsLive(t *testing.T) {
	testutil.CheckLeaks(t)
	dir := testutil.ShortDir(t)
	path, other := filepath.Join(dir, "s"), filepath.Join(dir, "o")
	a, b := bareSocket(t, unix.SOCK_DGRAM, path), bareSocket(t, unix.SOCK_DGRAM, other)
	defer unix.Close(a)
	defer unix.Close(b)
	if err := unix.Connect(a, &unix.SockaddrUnix{Name: other}); err != nil {
		t.Fatal(err)
	}
	_, err := openDgram(&uds.ListenConfig{Existing: uds.ExistingRemoveStale}, path)
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want EADDRINUSE", err)
	}
	inode(t, path)
}

func TestSockfileReplaceLiveDeadAndNothing(t *testing.T) {
	testutil.CheckLeaks(t)
	lc := &uds.ListenConfig{Existing: uds.ExistingReplace, Mode: 0o600}
	for name, typ := range socketTypes {
		path := testutil.SocketPath(t)
		fd := bareSocket(t, typ, path)
		l, err := lc.ListenSeq(t.Context(), path)
		if err != nil {
			t.Fatalf("over a live %s: %v", name, err)
		}
		exchangeOver(t, l, path)
		wantOnly(t, path, true)
		unix.Close(fd)
		l.SetUnlinkOnClose(false)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		wantOnly(t, path, true) // dead
		if l, err = lc.ListenSeq(t.Context(), path); err != nil {
			t.Fatalf("over a dead %s: %v", name, err)
		}
		exchangeOver(t, l, path)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		wantOnly(t, path, false)
	}
}

// A listener that was replaced leaves its successor's file alone, whatever the
// order of the two Closes.
func TestSockfileReplacedListenerKeepsItsConnections(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	lc := &uds.ListenConfig{Existing: uds.ExistingReplace}
	old, err := lc.ListenSeq(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := uds.DialSeq(path) // in the backlog
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	next, err := lc.ListenSeq(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := old.AcceptSeq()
	if err != nil {
		t.Fatalf("accept what was dialled before the replacement: %v", err)
	}
	s.Close()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	exchangeOver(t, next, path)
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, path, false)
}

func TestSockfileCloseRemovesOnlyWhatItBound(t *testing.T) {
	testutil.CheckLeaks(t)
	for network, open := range openers {
		path := testutil.SocketPath(t)
		closeSocket, err := open(&uds.ListenConfig{}, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		fd := bareSocket(t, unix.SOCK_STREAM, path) // a successor that asked nobody
		want := inode(t, path)
		if err := closeSocket(); err != nil {
			t.Fatal(err)
		}
		if got := inode(t, path); got != want {
			t.Errorf("%s: got inode %d, want the successor's, %d", network, got, want)
		}
		wantOnly(t, path, true)
		unix.Close(fd)
	}
}

func TestSockfileKeepFile(t *testing.T) {
	testutil.CheckLeaks(t)
	type unlinker interface{ SetUnlinkOnClose(bool) }
	for _, network := range []string{"unixpacket", "unix", "unixgram"} {
		for _, keep := range []bool{false, true} {
			for _, set := range []string{"", "true", "false"} {
				path := testutil.SocketPath(t)
				l, err := openCloser(&uds.ListenConfig{KeepFile: keep}, network, path)
				if err != nil {
					t.Fatal(err)
				}
				want := keep
				if set != "" {
					want = set == "false"
					l.(unlinker).SetUnlinkOnClose(set == "true")
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				_, err = os.Lstat(path)
				if got := err == nil; got != want {
					t.Errorf("%s, KeepFile %v, SetUnlinkOnClose %q: got file %v, want %v", network, keep, set, got, want)
				}
			}
		}
	}
}

// openCloser listens or, for datagrams, binds.
func openCloser(lc *uds.ListenConfig, network, path string) (io.Closer, error) {
	if network == "unixgram" {
		return lc.ListenPacket(context.Background(), network, path)
	}
	return lc.Listen(context.Background(), network, path)
}

// Descriptors that leave the listener never remove its file.
func TestSockfileDuplicatesNeverRemove(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	l, err := uds.ListenSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	d, err := uds.FileSeqListener(f)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	d.SetUnlinkOnClose(true)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	exchangeOver(t, l, path)
}

// After Close every Close fails with net.ErrClosed and removes nothing more.
func TestSockfileSecondClose(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, network := range []string{"unixpacket", "unix", "unixgram"} {
		path := testutil.SocketPath(t)
		l, err := openCloser(new(uds.ListenConfig), network, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		stale(t, unix.SOCK_STREAM, path)
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: second Close: got %v, want net.ErrClosed", network, err)
		}
		wantOnly(t, path, true)
	}
}

// What a killed process left under a temporary name is removed by the next
// start; what is not a dead socket stays and is no obstacle.
func TestSockfileSweepsTemporaryNames(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, existing := range []uds.ExistingPolicy{uds.ExistingRemoveStale, uds.ExistingReplace} {
		path := testutil.SocketPath(t)
		live, file := uds.TempName(path, 0), uds.TempName(path, 1)
		dead := uds.TempName(path, 2)
		stale(t, unix.SOCK_SEQPACKET, dead)
		if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		fd := bareSocket(t, unix.SOCK_SEQPACKET, live)
		stale(t, unix.SOCK_SEQPACKET, path)
		l, err := (&uds.ListenConfig{Existing: existing}).ListenSeq(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		exchangeOver(t, l, path)
		if _, err := os.Lstat(dead); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("policy %d: dead: got %v, want it gone", existing, err)
		}
		if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
			t.Errorf("policy %d: file: got %q, %v, want it untouched", existing, b, err)
		}
		if _, err := os.Lstat(live); err != nil {
			t.Errorf("policy %d: live: %v", existing, err)
		}
		unix.Close(fd)
		l.Close()
	}
}

// A lock that another holds ends the wait with an error. ExistingFail does not
// need it.
func TestSockfileDirectoryLockedByAnother(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	defer uds.SetLockToRemove(50 * time.Millisecond)()
	for _, existing := range []uds.ExistingPolicy{uds.ExistingRemoveStale, uds.ExistingReplace} {
		_, err = (&uds.ListenConfig{Existing: existing}).ListenSeq(t.Context(), path)
		if !errors.Is(err, syscall.ETIMEDOUT) || !strings.Contains(err.Error(), "flock of the directory") {
			t.Errorf("policy %d: got %v, want ETIMEDOUT", existing, err)
		}
		wantOnly(t, path, false)
	}
	l, err := uds.ListenSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	exchangeOver(t, l, path)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, path, false)
}

// The end of the context ends the wait for a lock that another holds, at once,
// and nothing is left behind.
func TestSockfileContextEndsTheWaitForTheLock(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	dir, err := os.Open(filepath.Dir(path))
	must(t, err)
	defer dir.Close()
	must(t, unix.Flock(int(dir.Fd()), unix.LOCK_EX))
	defer uds.SetLockToRemove(time.Hour)()
	fail := &uds.ListenConfig{}
	removeStale := &uds.ListenConfig{Existing: uds.ExistingRemoveStale}
	replace := &uds.ListenConfig{Existing: uds.ExistingReplace}
	for name, start := range map[string]func(ctx context.Context) error{
		"ListenSeq":          func(ctx context.Context) error { _, err := removeStale.ListenSeq(ctx, path); return err },
		"ListenSeq, fail":    func(ctx context.Context) error { _, err := fail.ListenSeq(ctx, path); return err },
		"ListenSeq, replace": func(ctx context.Context) error { _, err := replace.ListenSeq(ctx, path); return err },
		"Listen":             func(ctx context.Context) error { _, err := replace.Listen(ctx, "unix", path); return err },
		"ListenDgram":        func(ctx context.Context) error { _, err := removeStale.ListenDgram(ctx, path); return err },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			isErr(t, "cancelled", endsWhileLocked(t, ctx, dir.Name(), start, cancel), context.Canceled)
			ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			isErr(t, "timed out", endsWhileLocked(t, ctx, dir.Name(), start, func() {}), os.ErrDeadlineExceeded)
			wantOnly(t, path, false)
		})
	}
}

// endsWhileLocked starts a bind, calls end when the bind has opened the
// directory, whose lock the test has, and returns what the bind comes to.
func endsWhileLocked(t *testing.T, ctx context.Context, dir string, start func(context.Context) error, end func()) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- start(ctx) }()
	testutil.Eventually(t, safety, func() bool { return opened(dir) == 2 || len(done) > 0 }, "the directory to be opened")
	end()
	select {
	case err := <-done:
		return err
	case <-time.After(safety):
		t.Fatalf("got nothing in %v", safety)
		return nil
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

func intOption(t *testing.T, c syscall.Conn, opt int) (v int) {
	t.Helper()
	rc, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if e := rc.Control(func(fd uintptr) { v, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, opt) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return v
}

// A dial that fails leaves no file of its local address.
func TestSockfileFailedDialLeavesNoFile(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	d := &uds.Dialer{LocalAddr: uds.MustParseAddr(path)}
	if _, err := d.DialSeq(context.Background(), path+"x"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want ENOENT", err)
	}
	wantOnly(t, path, false)
}
