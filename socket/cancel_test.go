//go:build unix

package socket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// limits are what may bound a call that waits for its turn.
var limits = map[string]func(*socket.Socket) error{
	"no limit":   func(s *socket.Socket) error { return nil },
	"a deadline": func(s *socket.Socket) error { return s.SetReadDeadline(time.Now().Add(time.Hour)) },
	"a timeout":  func(s *socket.Socket) error { return s.SetReadTimeout(time.Hour) },
}

// Cancel ends a call that waits for its turn, however that is bounded, though
// others, which began after the Cancel, want the turn too.
func TestCancelEndsACallBehindLaterOnes(t *testing.T) {
	const callers = 8
	for name, set := range limits {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
				if err := set(a); err != nil {
					t.Fatal(err)
				}
				recv := func() error { _, err := a.Recv(make([]byte, 1), 0); return err }
				first, again := make(chan error, callers), make(chan error, callers)
				for range callers {
					go func() {
						first <- recv()
						again <- recv() // began after the Cancel
					}()
				}
				testutil.Eventually(t, safetyNet, func() bool { return socket.Parked(a) && socket.Waiting(a) == callers-1 }, "one waits, the others for their turn")
				a.Cancel()
				for range callers {
					if err := within(t, first); !errors.Is(err, context.Canceled) {
						t.Errorf("got %v, want %v", err, context.Canceled)
					}
				}
				testutil.Eventually(t, safetyNet, func() bool { return socket.Parked(a) && socket.Waiting(a) == callers-1 }, "the later ones wait")
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
				for range callers {
					within(t, again)
				}
			}
		})
	}
}

// A call that comes upon a Cancel on its way to wait for the turn does not wait.
func TestCancelWhileACallBeginsToWait(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	var turn socket.Turn
	if err := a.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	err := within(t, start(func() error { return socket.QueueAfter(a, a.Cancel) }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if n := socket.Waiting(a); n != 0 {
		t.Errorf("got %d callers that wait, want none", n)
	}
}

// A deadline that is set behind a Cancel does not take the wake-up back that the
// parked call has not seen yet.
func TestDeadlineBehindACancel(t *testing.T) {
	for _, c := range receives {
		for range 20 {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			done := start(func() error { return c.call(a).err })
			waitParked(t, a)
			a.Cancel()
			if err := a.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if err := within(t, done); !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: got %v, want %v", c.name, err, context.Canceled)
			}
		}
	}
}
