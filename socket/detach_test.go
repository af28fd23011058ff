//go:build unix

package socket_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

var errRefused = errors.New("refused")

// A refused Detach disturbs no call: not one that is parked, not one that
// queues behind it, none that begins meanwhile, and no setter.
func TestRefusedDetachDisturbsNobody(t *testing.T) {
	for _, c := range blockedCalls() {
		if c.name == "Connect" { // a second one is EALREADY at best
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			sc := c.scene(t)
			defer sc.close()
			calls := make(chan error, 3)
			call := func() { calls <- sc.call(background) }
			go call()
			waitParked(t, sc.s)
			go call()
			f, err := sc.s.Detach(func() error {
				go call()
				for what, err := range map[string]error{
					"SetDeadline": sc.s.SetDeadline(time.Time{}),
					"SetTimeout":  sc.s.SetReadTimeout(0),
					"SyscallConn": second(sc.s.SyscallConn()),
					"Sockname":    second(sc.s.Sockname()),
				} {
					if err != nil {
						t.Errorf("%s while a Detach has not decided: got %v, want nil", what, err)
					}
				}
				if sc.s.Closed() {
					t.Error("Closed while a Detach has not decided: got true, want false")
				}
				return errRefused
			})
			if f != nil || err != errRefused {
				t.Fatalf("Detach: got %v, %v, want nil, %v", f, err, errRefused)
			}
			waitParked(t, sc.s)
			for range 3 {
				sc.release(t)
				if err := within(t, calls); err != nil {
					t.Errorf("got %v, want nil", err)
				}
			}
		})
	}
}

// What bounds a parked call still does after a refused Detach.
func TestRefusedDetachKeepsTheLimits(t *testing.T) {
	for _, c := range receives {
		t.Run(c.name, func(t *testing.T) {
			for _, limit := range []func(*socket.Socket) error{
				func(s *socket.Socket) error { return s.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) },
				func(s *socket.Socket) error { return s.SetReadTimeout(20 * time.Millisecond) },
			} {
				a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
				if err := limit(a); err != nil {
					t.Fatal(err)
				}
				done := start(func() error { return c.call(a).err })
				if _, err := a.Detach(func() error { return errRefused }); err != errRefused {
					t.Fatalf("Detach: got %v, want %v", err, errRefused)
				}
				if err := within(t, done); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got %v, want %v", err, os.ErrDeadlineExceeded)
				}
			}
		})
	}
}

// Cancel means a parked call that a refused Detach let go on.
func TestCancelAfterARefusedDetach(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	done := start(func() error { return receives[0].call(a).err })
	waitParked(t, a)
	if _, err := a.Detach(func() error { return errRefused }); err != errRefused {
		t.Fatalf("Detach: got %v, want %v", err, errRefused)
	}
	a.Cancel()
	if err := within(t, done); err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want it cancelled", err)
	}
}

// Callers that never stop do not keep a Detach waiting, and none of them is
// told that the socket is closed before it is.
func TestDetachAmongCallersThatNeverStop(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := b.Send([]byte("x"), 0); err != nil {
				return
			}
		}
	}()
	done := make(chan error, 4)
	for range cap(done) {
		go func() {
			for {
				if _, err := a.Recv(make([]byte, 1), 0); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range 100 {
		if _, err := a.Detach(func() error { return errRefused }); err != errRefused {
			t.Fatalf("Detach: got %v, want %v", err, errRefused)
		}
	}
	select {
	case err := <-done:
		t.Fatalf("a receive beside refused Detaches: got %v, want it to go on", err)
	default:
	}
	f, err := a.Detach(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for range cap(done) {
		if err := within(t, done); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want %v", err, net.ErrClosed)
		}
	}
}

// Of many Detaches and Closes at once exactly one succeeds, whether a call is
// parked or not; refused ones change nothing.
func TestOneOfManyDetachesAndClosesSucceeds(t *testing.T) {
	for round := range rounds(t) {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		var parked <-chan error
		if round%2 == 0 {
			parked = start(func() error { return receives[0].call(a).err })
			waitParked(t, a)
		}
		detach := func(ready func() error) error {
			f, err := a.Detach(ready)
			if err == nil {
				f.Close()
			}
			return err
		}
		all := []<-chan error{
			start(func() error { return detach(nil) }),
			start(func() error { return detach(func() error { return errRefused }) }),
			start(a.Close),
			start(func() error { return detach(func() error { return nil }) }),
			start(a.Close),
		}
		succeeded := 0
		for _, c := range all {
			switch err := within(t, c); {
			case err == nil:
				succeeded++
			case err != errRefused && !errors.Is(err, net.ErrClosed):
				t.Fatalf("got %v, want %v or %v", err, net.ErrClosed, errRefused)
			}
		}
		if succeeded != 1 {
			t.Fatalf("%d calls succeeded, want 1", succeeded)
		}
		if parked != nil {
			if err := within(t, parked); !errors.Is(err, net.ErrClosed) {
				t.Fatalf("the parked call: got %v, want %v", err, net.ErrClosed)
			}
		}
		b.Close()
	}
}

// A Close that comes while a Detach has not decided yet closes the socket if
// the Detach fails.
func TestCloseDuringADetachThatFails(t *testing.T) {
	for _, parked := range []bool{false, true} {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		var call <-chan error
		if parked {
			call = start(func() error { return receives[0].call(a).err })
			waitParked(t, a)
		}
		var closed <-chan error
		_, err := a.Detach(func() error {
			closed = start(a.Close)
			select {
			case err := <-closed:
				t.Errorf("Close: got %v before the Detach has decided, want it to wait", err)
				closed = start(a.Close)
			case <-time.After(5 * time.Millisecond): // long enough for one that does not wait
			}
			return errRefused
		})
		if err != errRefused {
			t.Errorf("Detach: got %v, want %v", err, errRefused)
		}
		if err := within(t, closed); err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
		if parked {
			if err := within(t, call); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the parked call: got %v, want %v", err, net.ErrClosed)
			}
		}
		if n, err := b.Recv(make([]byte, 1), 0); n != 0 || err != nil {
			t.Errorf("the peer: got %d, %v, want the end", n, err)
		}
		if err := a.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Close afterwards: got %v, want %v", err, net.ErrClosed)
		}
	}
}

// Detach waits for a function that has the descriptor, and decides after it.
func TestDetachWaitsForARawCall(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	rc, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	in, out := make(chan struct{}), make(chan struct{})
	ended := start(func() error { return rc.Read(func(uintptr) bool { close(in); <-out; return true }) })
	<-in
	asked := false
	detached := start(func() error {
		_, err := a.Detach(func() error { asked = true; return errRefused })
		return err
	})
	testutil.Eventually(t, safetyNet, func() bool { return socket.Queued(a) == 1 }, "a Detach that waits")
	close(out)
	if err := within(t, ended); err != nil {
		t.Errorf("the raw call: got %v, want nil", err)
	}
	if err := within(t, detached); err != errRefused || !asked {
		t.Errorf("Detach: got %v, want %v", err, errRefused)
	}
}
