package socket_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/socket"
)

// A direction that had to wait makes the first try by itself again after two
// receives in a row whose message the poller found at its first look.
func TestMessagesFoundAtOnceWarmADirection(t *testing.T) {
	for _, c := range []struct {
		name  string
		looks []int // of each receive; 0: a look in vain, and then a time-out
		cold  bool
	}{
		{"one at once", []int{1}, true},
		{"two at once", []int{1, 1}, false},
		{"one at once, one later, one at once", []int{1, 2, 1}, true},
		{"one at once, one later", []int{1, 2}, true},
		{"two later", []int{2, 2}, true},
		{"one at once, one that timed out, one at once", []int{1, 0, 1}, true},
		{"three that timed out", []int{0, 0, 0}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			a.SetSpin(-1)
			if err := socket.Register(a); err != nil {
				t.Fatal(err)
			}
			var turn socket.Turn
			if err := a.BeginRecv(&turn); err != nil {
				t.Fatal(err)
			}
			defer turn.End()
			for _, looks := range c.looks {
				receiveAtLook(t, &turn, b, looks)
			}
			if got := socket.Cold(a); got != c.cold {
				t.Errorf("leaves the next try to the poller: got %v, want %v", got, c.cold)
			}
		})
	}
}

// receiveAtLook makes a receive whose message the poller finds at its n-th look, or
// with 0 one that times out.
func receiveAtLook(t *testing.T, turn *socket.Turn, peer *socket.Socket, n int) {
	t.Helper()
	receive := func() error { _, _, err := turn.RecvMarkedOrPark(make([]byte, 1), 0); return err }
	if err := receive(); err != socket.ErrPark {
		t.Fatalf("got %v, want %v", err, socket.ErrPark)
	}
	if n == 0 {
		socket.Look(turn, 1)
		if err := turn.Woken(os.ErrDeadlineExceeded); err != nil {
			t.Fatal(err)
		}
		return
	}
	sendOne(t, peer)
	socket.Look(turn, n)
	if err := turn.Woken(nil); err != nil {
		t.Fatal(err)
	}
	if err := receive(); err != nil {
		t.Fatal(err)
	}
}

// Nor does a call that the poller repeats, and that times out after its first try.
func TestRepeatedCallsThatTimeOutWarmNoDirection(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	a.SetSpin(-1)
	if err := waitInVain(a); err != nil {
		t.Fatal(err)
	}
	setTimeouts(t, a, time.Millisecond)
	for range 3 {
		if err := rawRead(a); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
		}
	}
	if !socket.Cold(a) {
		t.Error("the next receive makes its first try by itself, want it left to the poller")
	}
}
