//go:build linux

package uds

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

// rawPair is a pair of SEQPACKET sockets that the test closes.
func rawPair(t *testing.T) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

// Where descriptors come last, the kernel installs no more than were asked for:
// the buffer has no padding that would be room for another.
func TestControlRoomIsExact(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	options := map[uint32]int{expectCred: unix.SO_PASSCRED, 0: unix.SO_TIMESTAMPNS_NEW}
	for expect, opt := range options {
		a, b := rawPair(t)
		for _, o := range []int{unix.SO_TIMESTAMPNS_NEW, opt} {
			if err := unix.SetsockoptInt(b, unix.SOL_SOCKET, o, 1); err != nil {
				t.Fatal(err)
			}
		}
		oob := unix.UnixRights(slices.Repeat([]int{int(null.Fd())}, maxMessageFiles)...)
		for files := range maxMessageFiles + 1 {
			if err := unix.Sendmsg(a, nil, oob, nil, 0); err != nil {
				t.Fatal(err)
			}
			control := make([]byte, controlRoom(expect, files))
			_, n, flags, _, err := unix.Recvmsg(b, nil, control, unix.MSG_CMSG_CLOEXEC)
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Collect(cmsg.Rights(control[:n], sys.SolSocket, sys.ScmRights))
			if closeFDs(got); len(got) != files {
				t.Errorf("expecting %#x: got %d descriptors, want %d", expect, len(got), files)
			}
			if cut := flags&unix.MSG_CTRUNC != 0; cut != (files < maxMessageFiles) {
				t.Errorf("room for %d: got MSG_CTRUNC %v", files, cut)
			}
		}
	}
}

// What was read of the options before they changed is not kept.
func TestExpectedForgetsAReadInProgress(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	e := &a.expect
	before := e.bits.Load()
	if err := a.SetOptions(Options{PassCredentials: true}); err != nil {
		t.Fatal(err)
	}
	e.look(a.s, before) // ends after the options changed
	if e.bits.Load()&expectKnown != 0 {
		t.Error("a read from before SetOptions was kept")
	}
	if got := e.get(a.s); got&expectCred == 0 {
		t.Errorf("got %#x, want credentials expected", got)
	}
	e.share()
	e.forget()
	if got := e.get(a.s); got != expectAll {
		t.Errorf("of a shared socket: got %#x, want %#x", got, expectAll)
	}
}

// The order on which controlRoom relies: __scm_recv_common and scm_recv_unix in
// net/core/scm.c.
func TestKernelWritesPidFDBehindDescriptors(t *testing.T) {
	a, b := rawPair(t)
	for _, o := range []int{unix.SO_TIMESTAMPNS_NEW, unix.SO_PASSCRED, unix.SO_PASSPIDFD} {
		if err := unix.SetsockoptInt(b, unix.SOL_SOCKET, o, 1); err != nil {
			t.Skipf("needs a newer kernel: %v", err)
		}
	}
	if err := unix.Sendmsg(a, nil, unix.UnixRights(a, a), nil, 0); err != nil {
		t.Fatal(err)
	}
	control := make([]byte, controlRoom(expectAll, 2))
	_, n, _, _, err := unix.Recvmsg(b, nil, control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for r := cmsg.NewReader(control[:n]); r.Next(); {
		got = append(got, r.Type())
		if r.Type() == sys.ScmRights || r.Type() == sys.ScmPidfd {
			closeFDs(slices.Collect(r.Ints()))
		}
	}
	if want := []int{sys.ScmTimestamp, sys.ScmCredentials, sys.ScmRights, sys.ScmPidfd}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A datagram socket's error that a batch meets behind its messages, which the
// kernel tells but once, comes with the next batch.
func TestBatchKeepsALateError(t *testing.T) {
	a, b, err := DgramPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if err := b.Send([]byte("unread")); err != nil {
		t.Fatal(err)
	}
	if err := a.Disconnect(); err != nil { // b is told ECONNRESET
		t.Fatal(err)
	}
	ms := make([]socket.Msg, 1)
	if n := b.more(ms); n != 0 {
		t.Errorf("got %d messages, want 0", n)
	}
	if _, err := b.RecvBatch(make([]Message, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want ECONNRESET", err)
	}
}
