//go:build linux

package uds_test

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// rights is a control message with the descriptor of /dev/null n times.
func rights(t *testing.T, n int) []byte {
	t.Helper()
	fds := make([]int, n)
	for i, f := range devNull(t, n) {
		fds[i] = int(f.Fd()) // The file stays blocking, as it is.
	}
	return unix.UnixRights(fds...)
}

// takeRights closes the descriptors in a control buffer and returns how many
// there are.
func takeRights(t *testing.T, oob []byte) (n int) {
	t.Helper()
	scms, err := unix.ParseSocketControlMessage(oob)
	must(t, err)
	for _, scm := range scms {
		fds, err := unix.ParseUnixRights(&scm)
		must(t, err)
		for _, fd := range fds {
			if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("descriptor flags: got %#x, %v, want FD_CLOEXEC", flags, err)
			}
			must(t, unix.Close(fd))
			n++
		}
	}
	return n
}

// What package net gets wrong: descriptors with an empty message come without an
// error, no byte is added or eaten, and MSG_CMSG_CLOEXEC is not among the flags.
func TestMsgUnixOfEmptyMessage(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		oob := rights(t, 1)
		if n, oobn, err := a.WriteMsgUnix(nil, oob, nil); n != 0 || oobn != len(oob) || err != nil {
			t.Errorf("write: got %d, %d, %v, want 0, %d, nil", n, oobn, err, len(oob))
		}
		must(t, a.Send([]byte("next")))
		buf := make([]byte, unix.CmsgSpace(4))
		n, oobn, flags, addr, err := b.ReadMsgUnix(nil, buf)
		if n != 0 || oobn != len(oob) || flags != 0 || addr == nil || err != nil {
			t.Errorf("read: got %d, %d, %#x, %v, %v, want 0, %d, 0, an address, nil", n, oobn, flags, addr, err, len(oob))
		}
		if got := takeRights(t, buf[:oobn]); got != 1 {
			t.Errorf("got %d descriptors, want 1", got)
		}
		p := make([]byte, 10)
		if n, err := b.Recv(p); string(p[:n]) != "next" || err != nil {
			t.Errorf("got %q, %v, want the next message", p[:n], err)
		}
	})
}

func TestMsgUnixCutPayloadIsNoError(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		_, _, err := a.WriteMsgUnix([]byte("payload"), rights(t, 2), nil)
		must(t, err)
		p, oob := make([]byte, 3), make([]byte, 100)
		n, oobn, flags, _, err := b.ReadMsgUnix(p, oob)
		if n != 3 || flags != unix.MSG_TRUNC || err != nil {
			t.Errorf("got %d, %#x, %v, want 3, MSG_TRUNC, nil", n, flags, err)
		}
		if got := takeRights(t, oob[:oobn]); got != 2 {
			t.Errorf("got %d descriptors, want 2", got)
		}
	})
}

// Descriptors that do not fit are not cut but closed.
func TestMsgUnixCutControl(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		sent := rights(t, 5)
		before := testutil.FDCount(t)
		p := make([]byte, 10)
		for room := range unix.CmsgLen(4 * 5) {
			_, _, err := a.WriteMsgUnix([]byte("p"), sent, nil)
			must(t, err)
			n, oobn, flags, _, err := b.ReadMsgUnix(p, make([]byte, room))
			want := uds.ErrOOBTruncated
			if room == 0 {
				want = nil
			}
			if n != 1 || oobn != 0 || flags != unix.MSG_CTRUNC || !errors.Is(err, want) {
				t.Errorf("room %d: got %d, %d, %#x, %v, want 1, 0, MSG_CTRUNC, %v", room, n, oobn, flags, err, want)
			}
			if got := testutil.FDCount(t); got != before {
				t.Fatalf("room %d: got %d descriptors, want %d", room, got, before)
			}
		}
	})
}

func TestMsgUnixWithoutMarker(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		oob := make([]byte, 200)
		must(t, a.Send([]byte("x")))
		if _, oobn, flags, _, err := b.ReadMsgUnix(make([]byte, 9), oob); oobn != 0 || flags != 0 || err != nil {
			t.Errorf("got %d control bytes, flags %#x, %v, want none", oobn, flags, err)
		}
		must(t, b.SetOptions(uds.Options{Timestamps: true, PassCredentials: true}))
		must(t, a.Send([]byte("x")))
		_, oobn, flags, _, err := b.ReadMsgUnix(make([]byte, 9), oob)
		scms, perr := unix.ParseSocketControlMessage(oob[:oobn])
		if len(scms) != 2 || scms[0].Header.Type != unix.SO_TIMESTAMPNS_NEW || scms[1].Header.Type != unix.SCM_CREDENTIALS || flags != 0 || err != nil || perr != nil {
			t.Errorf("got %+v, flags %#x, %v, want a timestamp and credentials", scms, flags, err)
		}
	})
}

// The end is bare, and an empty message is none.
func TestReadMsgUnixEnd(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.Send(nil))
	a.Close()
	if n, oobn, flags, _, err := b.ReadMsgUnix(nil, nil); n != 0 || oobn != 0 || flags&^unix.MSG_CTRUNC != 0 || err != nil {
		t.Errorf("empty message: got %d, %d, %#x, %v", n, oobn, flags, err)
	}
	if n, oobn, flags, addr, err := b.ReadMsgUnix(make([]byte, 1), make([]byte, 1)); n != 0 || oobn != 0 || flags != 0 || addr != nil || err != io.EOF {
		t.Errorf("end: got %d, %d, %#x, %v, %v, want bare io.EOF", n, oobn, flags, addr, err)
	}
}

func TestReadMsgUnixSeesTheTailFirst(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.SendFiles([]byte("payload"), devNull(t, 1)...))
	_, err := b.Read(make([]byte, 3))
	must(t, err)
	p := make([]byte, 2)
	n, oobn, flags, addr, err := b.ReadMsgUnix(p, make([]byte, 100))
	if string(p[:n]) != "lo" || oobn != 0 || flags != unix.MSG_TRUNC || addr == nil || err != nil {
		t.Errorf("got %q, %d, %#x, %v, %v, want the tail's first two bytes", p[:n], oobn, flags, addr, err)
	}
	if got := b.Buffered(); got != 0 {
		t.Errorf("got %d bytes buffered, want 0", got)
	}
}

func TestWriteMsgUnixAddresses(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		for _, addr := range []*net.UnixAddr{nil, {}, {Net: a.RemoteAddr().Network()}} {
			_, _, err := a.WriteMsgUnix([]byte("x"), nil, addr)
			must(t, err)
			_, err = b.Recv(make([]byte, 1))
			must(t, err)
		}
		_, _, err := a.WriteMsgUnix([]byte("x"), nil, &net.UnixAddr{Name: "@x", Net: "unix"})
		isErr(t, "another network", err, syscall.EAFNOSUPPORT)
		_, _, err = a.WriteMsgUnix([]byte("x"), []byte("bad"), nil)
		if err != nil { // The kernel passes over trailing bytes too few for a header.
			isErr(t, "bad control data", err, syscall.EINVAL)
		}
		bad := rights(t, 1)
		native.PutUint32(bad, 3)
		_, _, err = a.WriteMsgUnix([]byte("x"), bad, nil)
		isErr(t, "bad control length", err, syscall.EINVAL)
	})
}
