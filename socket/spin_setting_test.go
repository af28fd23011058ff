//go:build unix

package socket_test

import (
	"errors"
	"runtime"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// SetSpin holds until the next SetSpin, also where that sets the default, and a
// clone begins with its original's setting.
func TestSpinSetting(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	for _, d := range []time.Duration{0, -1, 0, time.Second, time.Millisecond, 0} {
		a.SetSpin(d)
		if got := socket.SpinSetting(a); got != d {
			t.Errorf("got %v, want %v", got, d)
		}
	}
	a.SetSpin(-1)
	c, err := a.Clone()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := socket.SpinSetting(c); got != -1 {
		t.Errorf("the clone: got %v, want %v", got, time.Duration(-1))
	}
}

// An error that a call meets while it spins is the call's.
func TestSpinReturnsTheErrorItMeets(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("needs two processors: one never spins")
	}
	for _, c := range sends {
		t.Run(c.name, func(t *testing.T) {
			a, b := fullPair(t)
			a.SetSpin(safetyNet)
			done := start(func() result { return c.call(a) })
			testutil.Eventually(t, safetyNet, socket.Spinning, "a call that spins")
			b.Close()
			if r := within(t, done); !errors.Is(r.err, syscall.EPIPE) && !errors.Is(r.err, syscall.ECONNRESET) {
				t.Errorf("got %+v, want %v or %v", r, syscall.EPIPE, syscall.ECONNRESET)
			}
		})
	}
}
