//go:build unix

package socket_test

import (
	"runtime"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// parking are the receives that wait without a kept operation.
var parking = map[string]func(t *socket.Turn) error{
	"RecvWhole": func(t *socket.Turn) error {
		var rest socket.Rest
		_, _, err := t.RecvWhole(make([]byte, 1), &rest)
		return err
	},
	"RecvMarked": func(t *socket.Turn) error {
		_, _, err := t.RecvMarked(make([]byte, 1), 0)
		return err
	},
}

// orPark are their receives that return where they would park.
var orPark = map[string]func(t *socket.Turn) error{
	"RecvWhole": func(t *socket.Turn) error {
		_, _, err := t.RecvWholeOrPark(make([]byte, 1), nil)
		return err
	},
	"RecvMarked": func(t *socket.Turn) error {
		_, _, err := t.RecvMarkedOrPark(make([]byte, 1), 0)
		return err
	},
}

// Each of several receives in one turn waits for the socket to be readable, and
// keeps no operation: that of an idle connection would be its memory.
func TestReceivesOfOneTurnKeepNothing(t *testing.T) {
	for name, receive := range parking {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		a.SetSpin(-1)
		done := make(chan error, 4)
		go func() {
			var turn socket.Turn
			err := a.BeginRecv(&turn)
			for range 3 {
				if err == nil {
					err = receive(&turn)
				}
				done <- err
			}
			turn.End()
			close(done)
		}()
		for range 3 {
			waitParked(t, a)
			sendOne(t, b)
			if err := within(t, done); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		<-done
		if socket.Keeps(a) {
			t.Errorf("%s: got an operation kept, want none", name)
		}
	}
}

// What a look ahead of a spin finds of a message holds for no later one.
func TestReceivesBehindALookLeaveNothingOfIt(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("needs two processors: one never spins")
	}
	for name, receive := range parking {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		a.SetSpin(safetyNet)
		done := start(func() error { return inTurn(a, receive) })
		testutil.Eventually(t, safetyNet, func() bool {
			if socket.Parked(a) { // where GOMAXPROCS was 1 until lately, or somebody else spins
				sendOne(t, b)
				if err := within(t, done); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				done = start(func() error { return inTurn(a, receive) })
			}
			return socket.Spinning()
		}, "a call that spins")
		sendOne(t, b)
		if err := within(t, done); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if socket.Clean(a) {
			t.Errorf("%s: the next receive takes its message for one without descriptors", name)
		}
	}
}

// The first wait of a connection asks where its peer is, as later ones spin for
// another process alone.
func TestFirstWaitAsksWhereThePeerIs(t *testing.T) {
	for name, receive := range parking {
		a, b := connected(t, socket.AFUnix, socket.SockSeqpacket)
		if socket.PeerKnown(a) {
			t.Fatalf("%s: got a known peer before the first wait", name)
		}
		done := start(func() error { return inTurn(a, receive) })
		waitParked(t, a)
		if !socket.PeerKnown(a) {
			t.Errorf("%s: got an unknown peer while it waits, want a known one", name)
		}
		sendOne(t, b)
		if err := within(t, done); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A turn that ends where its receive would have to park leaves no trace: a later
// one is not taken for a parked one, which Close would end by closing the
// descriptor behind it.
func TestTurnThatEndsInsteadOfParking(t *testing.T) {
	fresh, freshPeer := pair(t, socket.AFUnix, socket.SockSeqpacket)
	registered, registeredPeer := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := socket.Register(registered); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		s, peer *socket.Socket
	}{{"fresh", fresh, freshPeer}, {"registered", registered, registeredPeer}} {
		t.Run(c.name, func(t *testing.T) {
			for range 3 {
				endInsteadOfParking(t, c.s)
			}
			sendOne(t, c.peer)
			if n, err := c.s.Recv(make([]byte, 2), 0); n != 1 || err != nil {
				t.Errorf("got %d bytes, %v, want 1", n, err)
			}
		})
	}
}

// endInsteadOfParking ends a turn whose receive would have to park.
func endInsteadOfParking(t *testing.T, s *socket.Socket) {
	t.Helper()
	var turn socket.Turn
	var rest socket.Rest
	if err := s.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := turn.RecvWholeOrPark(make([]byte, 1), &rest); err != socket.ErrPark {
			t.Fatalf("got %v, want %v", err, socket.ErrPark)
		}
	}
	turn.End()
	if socket.Parked(s) {
		t.Fatal("got a parked call after the end of its turn")
	}
}
