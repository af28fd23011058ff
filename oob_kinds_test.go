//go:build linux

package uds_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/uds"
	"golang.org/x/sys/unix"
)

// oddFile makes a file of a descriptor that open returned.
func oddFile(t *testing.T, name string, fd int, err error) *os.File {
	t.Helper()
	must(t, err)
	f := os.NewFile(uintptr(fd), name)
	closeLater(t, f)
	return f
}

// handOver sends f and returns what arrives.
func handOver(t *testing.T, pair pairOf, f *os.File) *os.File {
	t.Helper()
	a, b := pair(t)
	must(t, a.SendFiles([]byte("x"), f))
	_, files, err := b.RecvFiles(make([]byte, 1), 1)
	if len(files) != 1 || err != nil {
		t.Fatalf("got %d files, %v, want 1, nil", len(files), err)
	}
	closeLater(t, files[0])
	return files[0]
}

// An O_PATH descriptor names a file that nobody opened; it comes as it is.
func TestPathDescriptorArrives(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("content"), 0o600))
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_CLOEXEC, 0)
	sent := oddFile(t, dir, fd, err)
	eachKind(t, func(t *testing.T, pair pairOf) {
		got := handOver(t, pair, sent)
		sameFile(t, got, sent)
		if _, err := got.Read(make([]byte, 1)); !errors.Is(err, syscall.EBADF) {
			t.Errorf("Read: got %v, want EBADF", err)
		}
		rc, err := got.SyscallConn()
		must(t, err)
		must(t, rc.Control(func(at uintptr) {
			fd, err := unix.Openat(int(at), "file", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			f := oddFile(t, "file", fd, err)
			if b, err := io.ReadAll(f); string(b) != "content" || err != nil {
				t.Errorf("got %q, %v, want content", b, err)
			}
		}))
	})
}

// A listener that arrives listens on, for connections that were there before too.
func TestListenerArrives(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		l := seqListener(t, abstractName())
		early := client(t, l.Addr().String())
		sendAll(t, early, "early")
		f, err := l.File()
		must(t, err)
		closeLater(t, f)
		got, err := uds.FileSeqListener(handOver(t, pair, f))
		must(t, err)
		closeLater(t, got)
		must(t, f.Close())
		must(t, l.Close())
		c, err := got.AcceptSeq()
		must(t, err)
		closeLater(t, c)
		guarded(t, c)
		if got := recvEnd(c); got != `"early"` {
			t.Errorf("got %s, want the early client", got)
		}
	})
}

// An epoll descriptor arrives and tells of what the sender put there.
func TestEpollDescriptorArrives(t *testing.T) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	sent := oddFile(t, "epoll", fd, err)
	reader, writer, err := os.Pipe()
	must(t, err)
	closeLater(t, reader)
	closeLater(t, writer)
	rc, err := reader.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(r uintptr) {
		must(t, unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, int(r), &unix.EpollEvent{Events: unix.EPOLLIN, Fd: 77}))
	}))
	_, err = writer.Write([]byte("x"))
	must(t, err)
	eachKind(t, func(t *testing.T, pair pairOf) {
		rc, err := handOver(t, pair, sent).SyscallConn()
		must(t, err)
		must(t, rc.Control(func(fd uintptr) {
			events := make([]unix.EpollEvent, 2)
			if n, err := unix.EpollWait(int(fd), events, 0); n != 1 || events[0].Fd != 77 || err != nil {
				t.Errorf("got %d events, %+v, %v, want the pipe's", n, events, err)
			}
		}))
	})
}

// A received file whose description does not block is one of the poller's: it
// has deadlines, and a read that waits can be interrupted. A blocking one is left
// as it is, for the sender's sake.
func TestReceivedFilesKeepTheirMode(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		for _, nonblocking := range []bool{true, false} {
			var p [2]int
			flags := unix.O_CLOEXEC
			if nonblocking {
				flags |= unix.O_NONBLOCK
			}
			must(t, unix.Pipe2(p[:], flags))
			reader, writer := oddFile(t, "reader", p[0], nil), oddFile(t, "writer", p[1], nil)
			got := handOver(t, pair, reader)
			err := got.SetReadDeadline(past)
			if nonblocking {
				must(t, err)
				_, err = got.Read(make([]byte, 1))
				isErr(t, "read after the deadline", err, os.ErrDeadlineExceeded)
			} else {
				isErr(t, "deadline", err, os.ErrNoDeadline)
			}
			rc, err := got.SyscallConn()
			must(t, err)
			must(t, rc.Control(func(fd uintptr) {
				flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
				if err != nil || flags&unix.O_NONBLOCK != 0 != nonblocking {
					t.Errorf("got flags %#x, %v, want O_NONBLOCK: %v", flags, err, nonblocking)
				}
			}))
			must(t, writer.Close())
		}
	})
}
