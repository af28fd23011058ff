//go:build linux

package uds_test

import (
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds"
)

// Every descriptor is close-on-exec and non-blocking, also one that Fd was asked
// for.
func TestDescriptorsAreCloseOnExecAndNonBlocking(t *testing.T) {
	client, server := dialled(t, abstractName())
	a, _ := seqPair(t)
	l := seqListener(t, abstractName())
	clone, err := a.Clone()
	must(t, err)
	closeLater(t, clone)
	all := map[string]syscall.Conn{
		"Dial": client, "Accept": server, "SeqPair": a, "Listen": l, "Clone": clone, "FileSeqConn": adopt(t, a.File),
	}
	for name, get := range map[string]func() (*os.File, error){
		"File": a.File, "File of a listener": l.File, "Detach": client.Detach,
	} {
		f, err := get()
		must(t, err)
		closeLater(t, f)
		f.Fd()
		all[name] = f
	}
	delete(all, "Dial") // It was detached.
	for name, c := range all {
		rc, err := c.SyscallConn()
		must(t, err)
		flags := 0
		must(t, rc.Control(func(fd uintptr) { flags, err = unix.FcntlInt(fd, unix.F_GETFD, 0) }))
		must(t, err)
		if flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s: got no close-on-exec, want it", name)
		}
		if _, isFile := c.(*os.File); isFile && !nonblocking(t, c) {
			t.Errorf("%s: got a blocking descriptor after Fd, want a non-blocking one", name)
		}
	}
}

// Control runs when the options are set and the socket has no name yet.
func TestControlRunsBetweenOptionsAndBind(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	seen := func(ran *bool) func(string, string, syscall.RawConn) error {
		return func(_, _ string, rc syscall.RawConn) error {
			*ran = true
			return rc.Control(func(fd uintptr) {
				size, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF)
				if size != 60_000 || err != nil {
					t.Errorf("SO_SNDBUF: got %d, %v, want 60000", size, err)
				}
				if _, err := unix.Getpeername(int(fd)); err != unix.ENOTCONN {
					t.Errorf("getpeername: got %v, want ENOTCONN", err)
				}
				if sa, err := unix.Getsockname(int(fd)); err != nil || sa.(*unix.SockaddrUnix).Name != "@" { // x/sys's unnamed
					t.Errorf("getsockname: got %+v, %v, want no name", sa, err)
				}
			})
		}
	}
	o := uds.Options{WriteBuffer: 30_000}
	var dialled, listened bool
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(abstractName()), Options: o, Control: seen(&dialled)}).DialSeq(t.Context(), name)
	must(t, err)
	closeLater(t, c)
	l, err := (&uds.ListenConfig{Options: o, Control: seen(&listened)}).ListenSeq(t.Context(), abstractName())
	must(t, err)
	closeLater(t, l)
	if !dialled || !listened {
		t.Errorf("Control: got %t of the dial and %t of the listen, want both called", dialled, listened)
	}
}

// SetOptions applies the fields that are not zero, and leaves the others.
func TestSetOptionsLeavesTheOthers(t *testing.T) {
	c, _ := seqPair(t)
	must(t, c.SetOptions(uds.Options{ReadBuffer: 20_000, WriteBuffer: 30_000}))
	must(t, c.SetOptions(uds.Options{}))
	must(t, c.SetOptions(uds.Options{WriteBuffer: 40_000}))
	r, err := c.ReadBuffer()
	must(t, err)
	w, err := c.WriteBuffer()
	must(t, err)
	if r != 40_000 || w != 80_000 { // Linux doubles both.
		t.Errorf("buffers: got %d and %d, want 40000 and 80000", r, w)
	}
}

// A buffer of no bytes is the smallest there is, as with package net: only in
// Options does 0 leave the size as it is.
func TestBufferOfNoBytesIsTheSmallest(t *testing.T) {
	type conn interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
		SyscallConn() (syscall.RawConn, error)
	}
	sizes := func(c conn) [2]int {
		must(t, c.SetReadBuffer(0))
		must(t, c.SetWriteBuffer(0))
		return [2]int{intOption(t, c, unix.SO_RCVBUF), intOption(t, c, unix.SO_SNDBUF)}
	}
	theirs, _ := unixPair(t)
	want := sizes(theirs)
	seq, _ := seqPair(t)
	dgram, _ := dgramPair(t)
	for _, c := range []conn{seq, dgram} {
		if got := sizes(c); got != want {
			t.Errorf("%T: got %v, want %v", c, got, want)
		}
	}
}
