package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

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
