package socket_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// A call that may end while it waits for its turn gets it although another caller
// takes turn after turn, each longer than a call in line waits at most before the turn
// is handed to it.
func TestLineIsNotPassedForEver(t *testing.T) {
	waiters := []struct {
		name string
		set  func(s *socket.Socket)
		wait func(s *socket.Socket) error
	}{
		{"timeout", func(s *socket.Socket) { s.SetReadTimeout(safetyNet) }, oneTurn},
		{"context", func(*socket.Socket) {}, func(s *socket.Socket) error {
			ctx, cancel := context.WithTimeout(background, safetyNet)
			defer cancel()
			_, _, err := s.Accept(ctx) // of a socket that does not listen
			if errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil
		}},
	}
	for _, w := range waiters {
		t.Run(w.name, func(t *testing.T) {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			w.set(a)
			turn := mustBegin(t, a)
			done := start(func() error { return w.wait(a) })
			testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 1 }, "a call in line")
			for turns := 0; len(done) == 0; turns++ {
				if turns > 10 {
					turn.End()
					t.Fatal("the call still waits after ten turns of another caller")
				}
				time.Sleep(2 * time.Millisecond) // longer than the call waits before it is handed the turn
				turn.End()
				turn = mustBegin(t, a)
			}
			turn.End()
			if err := within(t, done); err != nil {
				t.Error(err)
			}
		})
	}
}

func mustBegin(t *testing.T, s *socket.Socket) *socket.Turn {
	t.Helper()
	var turn socket.Turn
	if err := s.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	return &turn
}

// A call without limits that comes later stands behind those in line.
func TestCallWithoutLimitsStandsInLine(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	turn := mustBegin(t, a)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	bounded := start(func() error { _, _, err := a.Accept(ctx); return err })
	testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 1 }, "a call in line")
	free := start(func() error { return oneTurn(a) })
	testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 2 }, "a second call in line")
	cancel()
	if err := within(t, bounded); !errors.Is(err, context.Canceled) {
		t.Errorf("the call that was cancelled: got %v, want %v", err, context.Canceled)
	}
	turn.End()
	if err := within(t, free); err != nil {
		t.Errorf("the call behind it: got %v, want no error", err)
	}
}

// oneTurn begins a turn and ends it.
func oneTurn(s *socket.Socket) error {
	var turn socket.Turn
	err := s.BeginRecv(&turn)
	if err == nil {
		turn.End()
	}
	return err
}

// A call that ends as it is told that a turn has ended leaves that to the next in line.
func TestEndedCallLeavesTheTurnToTheNext(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	for range 200 {
		turn := mustBegin(t, a)
		ctx, cancel := context.WithCancel(background)
		first := start(func() error { _, _, err := a.Accept(ctx); return err })
		testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 1 }, "a call in line")
		next := start(func() error { return oneTurn(a) })
		testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 2 }, "a second call in line")
		cancel()
		turn.End()
		_ = within(t, first) // cancelled, or not a listener's
		if err := within(t, next); err != nil {
			t.Fatal(err)
		}
	}
}

// Calls whose timeouts pass at the moment at which they are handed the turn leave it
// for others.
func TestTurnsOfEndedCallsAreNotLost(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	a.SetReadTimeout(1500 * time.Microsecond)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				var turn socket.Turn
				switch err := a.BeginRecv(&turn); {
				case err == nil:
					time.Sleep(300 * time.Microsecond) // as long as a turn may take: limits pass meanwhile
					turn.End()
				case !errors.Is(err, os.ErrDeadlineExceeded):
					t.Errorf("got %v, want %v", err, os.ErrDeadlineExceeded)
				}
			}
		})
	}
	wg.Wait()
	var turn socket.Turn
	if err := a.TryBeginRecv(&turn); err != nil {
		t.Fatalf("got %v, want the turn", err)
	}
	turn.End()
	if n := socket.Queued(a); n != 0 {
		t.Errorf("got %d calls in line, want none", n)
	}
}

// panicking is a context whose Done panics while a call stands in line.
type panicking struct {
	context.Context
	s *socket.Socket
}

func (c panicking) Done() <-chan struct{} {
	if socket.Queued(c.s) > 0 {
		panic("mine")
	}
	return c.Context.Done()
}

// A context that panics leaves nobody in line.
func TestPanicInLineLeavesThePlace(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	turn := mustBegin(t, a)
	func() {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("got panic %v, want mine", p)
			}
		}()
		_, _, _ = a.Accept(panicking{ctx, a})
	}()
	if n := socket.Queued(a); n != 0 {
		t.Errorf("got %d calls in line, want none", n)
	}
	turn.End()
	if err := within(t, start(func() error { return oneTurn(a) })); err != nil {
		t.Error(err)
	}
}
