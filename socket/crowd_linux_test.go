package socket_test

import (
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

// Sends bypass the scheduler while the socket is the only one that waits, and
// enter it while others of the process wait, too.
func TestCrowd(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	c, d := pair(t, socket.AFUnix, socket.SockSeqpacket)
	looks := func(n int) { pass(t, a, b, n*socket.CrowdLooks) }
	socket.ForgetWaits()
	looks(3)
	if socket.Crowded(a) {
		t.Error("crowded with nobody else there")
	}
	parkOnce(t, c, d)
	looks(1)
	if !socket.Crowded(a) {
		t.Error("not crowded after another socket waited")
	}
	looks(socket.CrowdEnd)
	if socket.Crowded(a) {
		t.Error("crowded long after another socket waited")
	}
	f, err := b.File() // from here on the peer may be another process
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parkOnce(t, c, d)
	looks(1)
	if socket.Crowded(a) {
		t.Error("crowded by a wait although the peer is elsewhere")
	}
}
