//go:build unix

package socket_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// A timeout an operation bounds each call anew, and leaves the deadline alone.
func TestTimeoutEndsEveryCall(t *testing.T) {
	for _, c := range blockedCalls() {
		t.Run(c.name, func(t *testing.T) {
			sc := c.scene(t)
			defer sc.close()
			setTimeouts(t, sc.s, 2*time.Millisecond)
			for range 3 {
				if err := sc.call(background); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
				}
			}
			setTimeouts(t, sc.s, safetyNet)
			if err := sc.s.SetDeadline(time.Now().Add(2 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if err := sc.call(background); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("with an earlier deadline: got %v, want %v", err, os.ErrDeadlineExceeded)
			}
			if got := sc.s.ReadTimeout(); got != safetyNet {
				t.Errorf("got a read timeout of %v, want %v", got, safetyNet)
			}
			setTimeouts(t, sc.s, 0)
			if err := sc.s.SetDeadline(time.Time{}); err != nil {
				t.Fatal(err)
			}
			next(t, sc)
		})
	}
}

// A caller's own timeout ends its wait for the turn of another, who has none.
func TestTimeoutEndsTheWaitForATurn(t *testing.T) {
	for _, c := range blockedCalls() {
		if c.name == "Connect" { // a second one is EALREADY at best
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			sc := c.scene(t)
			defer sc.close()
			first := start(func() error { return sc.call(background) })
			waitParked(t, sc.s)
			setTimeouts(t, sc.s, 5*time.Millisecond)
			if err := sc.call(background); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the second: got %v, want %v", err, os.ErrDeadlineExceeded)
			}
			setTimeouts(t, sc.s, 0)
			sc.release(t)
			if err := within(t, first); err != nil {
				t.Errorf("the first: got %v, want nil", err)
			}
		})
	}
}

// Callers that wait for a turn with a timeout get it when it is free.
func TestQueuedCallersGetTheTurn(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	const callers = 8
	first := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	waitParked(t, a)
	setTimeouts(t, a, safetyNet)
	done := make(chan error, callers)
	for range callers {
		go func() { _, err := a.Recv(make([]byte, 1), 0); done <- err }()
	}
	testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == callers }, "%d callers in the queue", callers)
	for range callers + 1 {
		sendOne(t, b)
	}
	if err := within(t, first); err != nil {
		t.Error(err)
	}
	for range callers {
		if err := within(t, done); err != nil {
			t.Error(err)
		}
	}
	if n := socket.Queued(a); n != 0 {
		t.Errorf("got %d callers left in the queue, want 0", n)
	}
}

// Cancel and Close end the wait for a turn too.
func TestInterruptionsEndTheQueue(t *testing.T) {
	for _, in := range interruptions[:2] {
		t.Run(in.name, func(t *testing.T) {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			setTimeouts(t, a, safetyNet)
			done := make(chan error, 4)
			for range 4 {
				go func() { _, err := a.Recv(make([]byte, 1), 0); done <- err }()
			}
			waitParked(t, a)
			testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 3 }, "three callers in the queue")
			in.do(a)
			for range 4 {
				if err := within(t, done); !errors.Is(err, in.want) {
					t.Errorf("got %v, want %v", err, in.want)
				}
			}
		})
	}
}
