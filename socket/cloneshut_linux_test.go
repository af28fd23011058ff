package socket_test

import (
	"io"
	"testing"

	"example.com/uds/socket"
)

// shutClone shuts the socket of a clone down for receiving.
func shutClone(t *testing.T, c *socket.Socket) {
	t.Helper()
	if err := c.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
}

func clone(t *testing.T, s *socket.Socket) *socket.Socket {
	t.Helper()
	c, err := s.Clone()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// A clone that shuts a datagram socket down ends a receive that does not wait,
// a function of a RawConn, and a receive that was woken for a message which
// another took.
func TestShutdownReadOfACloneEndsAReceiveThatDoesNotWait(t *testing.T) {
	for _, flags := range []int{socket.MsgDontwait, 0} {
		a, _ := pair(t, socket.AFUnix, socket.SockDgram)
		shutClone(t, clone(t, a))
		if n, err := a.Recv(make([]byte, 1), flags); n != 0 || err != nil {
			t.Errorf("flags %#x: got %d, %v, want the end", flags, n, err)
		}
	}
}

func TestShutdownReadOfACloneEndsARawCall(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockDgram)
	c := clone(t, a)
	rc, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	never := func() error { return rc.Read(func(uintptr) bool { return false }) }
	done := start(never)
	waitParked(t, a)
	shutClone(t, c)
	if err := within(t, done); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
	if err := within(t, start(never)); err != io.EOF {
		t.Errorf("a later one: got %v, want the end", err)
	}
}

func TestShutdownReadOfACloneEndsAReceiveThatMissedAMessage(t *testing.T) {
	for range 20 {
		a, b := pair(t, socket.AFUnix, socket.SockDgram)
		c := clone(t, a)
		done := make(chan *socket.Socket, 2)
		for _, s := range []*socket.Socket{a, c} {
			go func() {
				if _, err := s.Recv(make([]byte, 1), 0); err != nil {
					t.Error(err)
				}
				done <- s
			}()
		}
		waitParked(t, a)
		waitParked(t, c)
		if _, err := b.Send([]byte("x"), 0); err != nil {
			t.Fatal(err)
		}
		shutClone(t, within(t, done))
		within(t, done)
	}
}
