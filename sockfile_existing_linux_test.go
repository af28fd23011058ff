package uds_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

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
