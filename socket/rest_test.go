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
		n, _, err = t.RecvWhole(make([]byte, size), rest)
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

// Without a Rest a receive makes one for a message that leaves a tail or is large,
// and for no other: what only small messages need is no memory at all.
func TestRecvWholeMakesItsRest(t *testing.T) {
	for _, waits := range []bool{false, true} {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		for _, c := range []struct {
			size, room, n int
			made          bool
		}{
			{0, 1, 0, false},
			{4096, 4096, 4096, false},
			{4097, 5000, 4097, true},
			{2, 1, 1, true},
		} {
			var n int
			var made *socket.Rest
			got := make(chan error)
			receive := func() {
				got <- inTurn(a, func(t *socket.Turn) (err error) {
					n, made, err = t.RecvWhole(make([]byte, c.room), nil)
					return err
				})
			}
			if waits {
				go receive()
				waitParked(t, a)
			}
			if _, err := b.Send(make([]byte, c.size), 0); err != nil {
				t.Fatal(err)
			}
			if !waits {
				go receive()
			}
			if err := <-got; err != nil || n != c.n || (made != nil) != c.made || made.Len() != c.size-c.n {
				t.Errorf("message of %d bytes, room for %d, waits %v: got %d bytes, %v, Rest %+v", c.size, c.room, waits, n, err, made)
			}
			made.Drop()
		}
	}
}

// So does a receive that the poller is to repeat, as on a socket that was shut down.
func TestRepeatedRecvWholeMakesItsRest(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	got := make(chan error)
	go func() {
		_, err := recvWhole(a, 1, nil)
		got <- err
	}()
	waitParked(t, a)
	if _, err := b.Send([]byte("a"), 0); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil || !socket.Cold(a) {
		t.Fatalf("got %v, cold %v, want a receive that leaves its first try to the poller", err, socket.Cold(a))
	}
	if _, err := b.Send([]byte("bc"), 0); err != nil {
		t.Fatal(err)
	}
	if err := a.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	var made *socket.Rest
	err := inTurn(a, func(t *socket.Turn) (err error) {
		_, made, err = t.RecvWhole(make([]byte, 1), nil)
		return err
	})
	if err != nil || string(made.Bytes()) != "c" {
		t.Errorf("got a Rest with %q, %v, want %q", made.Bytes(), err, "c")
	}
	made.Drop()
}
