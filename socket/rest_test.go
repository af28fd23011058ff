//go:build unix

package socket_test

import (
	"os"
	"syscall"
	"testing"

	"example.com/uds/socket"
)

// Where large messages come between small ones, as bodies do between headers and
// ends, a receive is ready for a large one, which it need not copy then. Memory that
// is not pooled is for the next message only.
func TestReceiveIsReadyForALargeMessageAmongSmallOnes(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	var rest socket.Rest
	for _, c := range []struct{ size, want int }{
		{64, 64},
		{60_000, 60_000},
		{7, 45_000},
		{4096, 33_750},
		{60_000, 60_000},
		{230_000, 230_000},
		{64, 33_750},
		{64, 25_313},
	} {
		p := make([]byte, c.size)
		if err := b.SetWriteBuffer(4 * c.size); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Send(p, 0); err != nil {
			t.Fatal(err)
		}
		if n, err := recvWhole(a, 4096, &rest); err != nil || n != c.size {
			t.Fatalf("got %d bytes, %v, want %d", n, err, c.size)
		}
		if got := socket.Expected(&rest); got != c.want {
			t.Errorf("after a message of %d bytes: got %d expected, want %d", c.size, got, c.want)
		}
	}
}

// recvWhole receives a message, of which a buffer of size bytes takes the first
// bytes and rest the others, drops it and returns its size.
func recvWhole(s *socket.Socket, size int, rest *socket.Rest) (int, error) {
	n := 0
	err := inTurn(s, func(t *socket.Turn) (err error) {
		n, err = t.RecvWhole(make([]byte, size), rest)
		n += rest.Len()
		rest.Drop()
		return err
	})
	return n, err
}

// The error of a receive names the system call that was made, which the expected
// size chooses.
func TestRecvWholeNamesTheCallThatFailed(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	for _, c := range []struct {
		size int
		call string
	}{{0, "recvfrom"}, {8000, "recvmsg"}} {
		var rest socket.Rest
		if _, err := b.Send(make([]byte, c.size), 0); err != nil {
			t.Fatal(err)
		}
		if n, err := recvWhole(a, 1, &rest); n != c.size || err != nil {
			t.Fatalf("got %d bytes, %v, want %d", n, err, c.size)
		}
		_, err := recvWhole(newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0), 1, &rest)
		want := &os.SyscallError{Syscall: c.call, Err: syscall.ENOTCONN}
		if got, ok := err.(*os.SyscallError); !ok || *got != *want {
			t.Errorf("after a message of %d bytes: got %v, want %v", c.size, err, want)
		}
	}
}
