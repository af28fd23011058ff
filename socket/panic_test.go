//go:build unix

package socket_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// leavings are the ways in which a function of the caller's does not return, and
// what ending tells of them.
var leavings = map[string]func(){
	"panic mine": func() { panic("mine") },
	"Goexit":     runtime.Goexit, // as t.FailNow does
}

// ending makes a call in a goroutine of its own and tells how that ended.
func ending(call func()) <-chan string {
	c := make(chan string, 1)
	go func() {
		how := "Goexit"
		defer func() {
			if v := recover(); v != nil {
				how = fmt.Sprint("panic ", v)
			}
			c <- how
		}()
		call()
		how = "return"
	}()
	return c
}

// leaving are calls with a function of the caller's that does not return, at once
// or after the call waited.
var leaving = map[string]func(s *socket.Socket, leave func() bool){
	"RawConn.Read": func(s *socket.Socket, leave func() bool) {
		rc, _ := s.SyscallConn()
		_ = rc.Read(func(uintptr) bool { return leave() })
	},
	"RawConn.Control": func(s *socket.Socket, leave func() bool) {
		rc, _ := s.SyscallConn()
		_ = rc.Control(func(uintptr) {
			for !leave() {
			}
		})
	},
	"Msg.Room": func(s *socket.Socket, leave func() bool) {
		_ = s.RecvMsg(&socket.Msg{Buffer: make([]byte, 1), Room: func() []byte { leave(); return nil }}, 0)
	},
	"Detach": func(s *socket.Socket, leave func() bool) {
		_, _ = s.Detach(func() error {
			for !leave() {
			}
			return nil
		})
	},
}

// A function of the caller's that does not return is the caller's alone: the
// socket goes on, is closed, and is collected if nobody closes it.
func TestFunctionThatDoesNotReturn(t *testing.T) {
	testutil.CheckLeaks(t)
	for name, call := range leaving {
		for how := range leavings {
			for _, late := range []bool{false, true} {
				t.Run(name+"/"+how, func(t *testing.T) {
					peer := left(t, call, how, late)
					defer peer.Close()
					collected(t, peer)
				})
			}
		}
	}
}

// left returns one end of a pair whose other end, which nobody holds, went
// through a call whose function did not return, late or at once.
func left(t *testing.T, call func(*socket.Socket, func() bool), how string, late bool) *socket.Socket {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	tries, over, sent := 0, make(chan struct{}), make(chan struct{})
	got := within(t, ending(func() {
		call(a, func() bool {
			if tries++; late && tries == 1 {
				go func() { defer close(sent); sendToParked(a, b, over) }()
				return false
			}
			leavings[how]()
			return true
		})
	}))
	if got != how {
		t.Errorf("got %s, want the function's %s", got, how)
	}
	if close(over); late {
		<-sent
	}
	if _, err := b.Send([]byte("y"), 0); err != nil {
		t.Fatal(err)
	}
	if err := within(t, start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })); err != nil {
		t.Errorf("a later Recv: %v", err)
	}
	return b
}

// sendToParked sends from b as soon as a call of a waits, unless it is over before.
func sendToParked(a, b *socket.Socket, over <-chan struct{}) {
	for !socket.Parked(a) {
		select {
		case <-over:
			return
		default:
			runtime.Gosched()
		}
	}
	_, _ = b.Send([]byte("x"), 0)
}

// How a Detach's function ends reaches who called Detach, and no receive, whether
// one waits or not.
func TestDetachFunctionThatDoesNotReturnDisturbsNoReceive(t *testing.T) {
	for how, leave := range leavings {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		done := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
		waitParked(t, a)
		if got := within(t, ending(func() { _, _ = a.Detach(func() error { leave(); return nil }) })); got != how {
			t.Errorf("Detach: got %s, want the function's %s", got, how)
		}
		if _, err := b.Send([]byte("x"), 0); err != nil {
			t.Fatal(err)
		}
		if err := within(t, done); err != nil {
			t.Errorf("Recv after %s: got %v, want the message", how, err)
		}
	}
}

// A Room that does not return, in a try of a spin that knows that no descriptor
// comes with the message, leaves nothing of that for the next message.
func TestRoomThatDoesNotReturnWhileSpinning(t *testing.T) {
	for how, leave := range leavings {
		for got := "return"; got == "return"; { // the message came before the first try
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			a.SetSpin(safetyNet)
			tries := 0
			room := func() []byte {
				if tries++; tries == 1 {
					go b.Send([]byte("x"), 0)
					return nil
				}
				leave()
				return nil
			}
			got = within(t, ending(func() { _ = a.RecvMsg(&socket.Msg{Buffer: make([]byte, 1), Room: room}, 0) }))
			if socket.Clean(a) {
				t.Errorf("after %s: the next receive takes its message for one without descriptors", how)
			}
			if got != "return" && got != how {
				t.Errorf("RecvMsg: got %s, want %s", got, how)
			}
		}
	}
}

// A Room that does not return, in a try that the poller makes in a Turn, leaves no
// call parked: what ends the next one reaches it.
func TestRoomThatDoesNotReturnLeavesNoCallParked(t *testing.T) {
	for how, leave := range leavings {
		s := newSocket(t, socket.AFInet, socket.SockDgram, 0)
		got := within(t, ending(func() {
			var turn socket.Turn
			if err := s.BeginRecv(&turn); err != nil {
				t.Error(err)
				return
			}
			defer turn.End()
			_ = turn.RecvMsg(&socket.Msg{Room: func() []byte {
				if socket.Parked(s) {
					leave()
				}
				return nil
			}}, 0)
		}))
		if got != how {
			t.Errorf("RecvMsg: got %s, want %s", got, how)
		}
		if socket.Parked(s) {
			t.Fatalf("after %s: got a call that waits, want none", how)
		}
		done := start(func() error { _, err := s.Recv(make([]byte, 1), 0); return err })
		waitParked(t, s)
		s.Cancel()
		if err := within(t, done); !errors.Is(err, context.Canceled) {
			t.Errorf("the next Recv: got %v, want %v", err, context.Canceled)
		}
	}
}
