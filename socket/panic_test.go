//go:build unix

package socket_test

import (
	"runtime"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// panics reports what a call panics with.
func panics(call func()) (v any) {
	defer func() { v = recover() }()
	call()
	return nil
}

// panicking are calls with a function of the caller's that panics, at once or
// after the call waited.
var panicking = map[string]func(s *socket.Socket, panicNow func() bool){
	"RawConn.Read": func(s *socket.Socket, panicNow func() bool) {
		rc, _ := s.SyscallConn()
		_ = rc.Read(func(uintptr) bool { return panicNow() })
	},
	"RawConn.Control": func(s *socket.Socket, panicNow func() bool) {
		rc, _ := s.SyscallConn()
		_ = rc.Control(func(uintptr) {
			for !panicNow() {
			}
		})
	},
	"Msg.Room": func(s *socket.Socket, panicNow func() bool) {
		_ = s.RecvMsg(&socket.Msg{Buffer: make([]byte, 1), Room: func() []byte { panicNow(); return nil }}, 0)
	},
	"Detach": func(s *socket.Socket, panicNow func() bool) {
		_, _ = s.Detach(func() error {
			for !panicNow() {
			}
			return nil
		})
	},
}

// A panic in a function of the caller's is the caller's alone: the socket goes
// on, is closed, and is collected if nobody closes it.
func TestPanicOfACallersFunction(t *testing.T) {
	testutil.CheckLeaks(t)
	for name, call := range panicking {
		for _, late := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				peer := panicked(t, call, late)
				defer peer.Close()
				testutil.Eventually(t, safetyNet, func() bool {
					runtime.GC()
					n, err := peer.Recv(make([]byte, 1), socket.MsgDontwait)
					return n == 0 && err == nil
				}, "the end, after nobody holds the other socket any more")
			})
		}
	}
}

// panicked returns one end of a pair whose other end, which nobody holds, went
// through a call that panicked, late or at once.
func panicked(t *testing.T, call func(*socket.Socket, func() bool), late bool) *socket.Socket {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	got := within(t, start(func() any {
		return panics(func() {
			call(a, func() bool {
				if tries++; late && tries == 1 {
					go b.Send([]byte("x"), 0)
					return false
				}
				panic("mine")
			})
		})
	}))
	if got != "mine" {
		t.Errorf("got panic %v, want the function's", got)
	}
	if _, err := b.Send([]byte("y"), 0); err != nil {
		t.Fatal(err)
	}
	if err := within(t, start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })); err != nil {
		t.Errorf("a later Recv: %v", err)
	}
	return b
}

// The panic of a Detach's function reaches who called Detach, whoever runs it.
func TestPanicInADetachDisturbsNoReceive(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	done := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	waitParked(t, a)
	if got := panics(func() { _, _ = a.Detach(func() error { panic("mine") }) }); got != "mine" {
		t.Errorf("Detach: got panic %v, want the function's", got)
	}
	if _, err := b.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	if err := within(t, done); err != nil {
		t.Errorf("Recv: got %v, want the message", err)
	}
}
