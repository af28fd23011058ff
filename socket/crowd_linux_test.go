package socket_test

import (
	"errors"
	"testing"

	"example.com/uds/socket"
)

// pass sends n messages from a to b, which never waits.
func pass(t testing.TB, a, b *socket.Socket, n int) {
	t.Helper()
	for range n {
		if _, err := a.Send([]byte("x"), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Recv(make([]byte, 8), 0); err != nil {
			t.Fatal(err)
		}
	}
}

// parkOnce makes a receive of s wait in the poller, and ends it.
func parkOnce(t testing.TB, s, peer *socket.Socket) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := s.Recv(make([]byte, 8), 0)
		done <- err
	}()
	waitParked(t, s)
	if _, err := peer.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	if err := within(t, done); err != nil {
		t.Fatal(err)
	}
}

// Calls bypass the scheduler while the socket is the only one that waits, and
// enter it while others of the process wait, too: sends, and the receives of a
// socket that no descriptors reach.
func TestCrowd(t *testing.T) {
	t.Run("sends", func(t *testing.T) {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		testCrowd(t, a, b, a, b)
	})
	t.Run("receives", func(t *testing.T) {
		a, b := refusingPair(t)
		testCrowd(t, a, b, b, a)
	})
}

// refusingPair is a connection whose second end receives no descriptors, from
// before it had a peer.
func refusingPair(t testing.TB) (a, b *socket.Socket) {
	t.Helper()
	l, to := listen(t, socket.AFUnix, socket.SockSeqpacket)
	b = newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	if err := b.RefuseFiles(); errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs SO_PASSRIGHTS (Linux 6.16): %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if err := b.Connect(background, to); err != nil {
		t.Fatal(err)
	}
	if !socket.RawCalls(b) {
		t.Fatal("receives enter the scheduler")
	}
	return accept(t, l), b
}

// testCrowd sends from a to b, and sees when one of them is in a crowd.
func testCrowd(t *testing.T, a, b, one, other *socket.Socket) {
	c, d := pair(t, socket.AFUnix, socket.SockSeqpacket)
	looks := func(n int) { pass(t, a, b, n*socket.CrowdLooks) }
	socket.UsualWaits(true)
	looks(3)
	if socket.Crowded(one) {
		t.Error("crowded with nobody else there")
	}
	parkOnce(t, one, other)
	looks(1)
	if socket.Crowded(one) {
		t.Error("crowded by a wait of its own")
	}
	parkOnce(t, c, d)
	looks(1)
	if !socket.Crowded(one) {
		t.Error("not crowded after another socket waited")
	}
	looks(socket.CrowdEnd)
	if socket.Crowded(one) {
		t.Error("crowded long after another socket waited")
	}
	f, err := one.File() // from here on the peer may be another process
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parkOnce(t, c, d)
	looks(1)
	if socket.Crowded(one) {
		t.Error("crowded by a wait although the peer is elsewhere")
	}
}
