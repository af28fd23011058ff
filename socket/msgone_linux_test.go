package socket_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// rightsOf is the control message of a descriptor, which the test closes.
func rightsOf(t *testing.T) []byte {
	t.Helper()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return unix.UnixRights(int(f.Fd()))
}

// closeRights closes the descriptor in control and reports whether there is
// exactly one, which is close-on-exec.
func closeRights(t *testing.T, control []byte) bool {
	t.Helper()
	ms, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(ms) != 1 {
		return false
	}
	fds, err := unix.ParseUnixRights(&ms[0])
	if err != nil || len(fds) != 1 {
		return false
	}
	defer unix.Close(fds[0])
	flags, err := unix.FcntlInt(uintptr(fds[0]), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC != 0
}

func TestOneMessageWithControl(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	for _, text := range []string{"hello", ""} {
		if n, err := sendSingle(a, []byte(text), rightsOf(t)); n != len(text) || err != nil {
			t.Fatalf("SendOne: got %d, %v, want %d", n, err, len(text))
		}
		var turn socket.Turn
		if err := b.BeginRecv(&turn); err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 9)
		n, control, flags, err := turn.RecvOne(p, make([]byte, unix.CmsgSpace(4)), nil, 0)
		turn.End()
		if string(p[:n]) != text || flags != 0 || err != nil || !closeRights(t, control) {
			t.Errorf("RecvOne: got %q, control messages %v, flags %#x, %v, want %q and a descriptor", p[:n], control, flags, err, text)
		}
	}
}

// What does not fit shows: the size with MsgSize, the flags without.
func TestOneMessageThatIsCut(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if _, err := sendSingle(a, []byte("hello"), rightsOf(t)); err != nil {
		t.Fatal(err)
	}
	var turn socket.Turn
	if err := b.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	n, control, flags, err := turn.RecvOne(make([]byte, 2), make([]byte, 1), nil, socket.MsgSize)
	if want := socket.MsgTrunc | socket.MsgCtrunc; n != 5 || len(control) != 0 || flags != want || err != nil {
		t.Errorf("got %d, control messages %v, flags %#x, %v, want 5 and flags %#x", n, control, flags, err, want)
	}
}

// Room is asked for before each try: what arrives may have changed meanwhile.
func TestRecvOneAsksForRoomBeforeEachTry(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	b.SetSpin(-1)
	rooms := make(chan int, 100)
	size := 0
	room := func() []byte {
		rooms <- size
		defer func() { size = unix.CmsgSpace(4) }()
		return make([]byte, size)
	}
	type received struct {
		n       int
		control []byte
		err     error
	}
	done := start(func() received {
		var turn socket.Turn
		if err := b.BeginRecv(&turn); err != nil {
			return received{err: err}
		}
		defer turn.End()
		n, control, _, err := turn.RecvOne(make([]byte, 9), nil, room, 0)
		return received{n, control, err}
	})
	waitParked(t, b)
	if first := <-rooms; first != 0 {
		t.Errorf("first try: got room for %d bytes, want 0", first)
	}
	if _, err := sendSingle(a, []byte("x"), rightsOf(t)); err != nil {
		t.Fatal(err)
	}
	if got := within(t, done); got.n != 1 || got.err != nil || !closeRights(t, got.control) {
		t.Errorf("got %+v, want a byte and a descriptor", got)
	}
}

func TestOneMessageDoesNotWait(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	var turn socket.Turn
	if err := a.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := turn.RecvOne(make([]byte, 1), nil, nil, socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Errorf("RecvOne: got %v, want %v", err, socket.ErrWouldBlock)
	}
	turn.End()
	fill(t, b)
	if err := b.BeginSend(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	if _, err := turn.SendOne([]byte("x"), rightsOf(t), socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Errorf("SendOne: got %v, want %v", err, socket.ErrWouldBlock)
	}
}

func TestOneMessageHasTheErrorOfItsCall(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := sendSingle(a, []byte("x"), nil)
	if e := (*os.SyscallError)(nil); n != 0 || !errors.As(err, &e) || e.Syscall != "sendmsg" || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %d, %v, want EPIPE of sendmsg", n, err)
	}
}
