//go:build unix

package socket_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// interruptions end a call that waits.
var interruptions = []struct {
	name string
	want error
	do   func(s *socket.Socket)
	undo func(s *socket.Socket)
}{
	{"Cancel", context.Canceled, func(s *socket.Socket) { s.Cancel() }, func(*socket.Socket) {}},
	{"deadline", os.ErrDeadlineExceeded,
		func(s *socket.Socket) { s.SetDeadline(time.Now()) },
		func(s *socket.Socket) { s.SetDeadline(time.Time{}) }},
	{"deadline set and restored", nil,
		func(s *socket.Socket) {
			s.SetDeadline(time.Now())
			s.SetDeadline(time.Time{})
			s.Cancel()
		}, func(*socket.Socket) {}},
	{"Close", net.ErrClosed, func(s *socket.Socket) { s.Close() }, nil},
	{"Detach", net.ErrClosed, func(s *socket.Socket) {
		if f, err := s.Detach(nil); err == nil {
			f.Close()
		}
	}, nil},
}

// Whatever interrupts a call, it ends with that reason, and the next call is
// unharmed. Every other round does not wait until the call is parked.
func TestInterruptionsEndEveryCall(t *testing.T) {
	for _, c := range blockedCalls() {
		for _, in := range interruptions {
			t.Run(c.name+"/"+in.name, func(t *testing.T) {
				for round := range rounds(t) {
					sc := c.scene(t)
					done := start(func() error { return sc.call(background) })
					if round%2 == 0 {
						waitParked(t, sc.s)
					}
					in.do(sc.s)
					err := within(t, retried(done, func() { in.do(sc.s) }))
					if in.want != nil && !errors.Is(err, in.want) {
						t.Fatalf("round %d: got %v, want %v", round, err, in.want)
					}
					if in.undo != nil {
						in.undo(sc.s)
						next(t, sc)
					}
					sc.close()
				}
			})
		}
	}
}

// The end of a context ends a Connect and an Accept, at the limit of its
// deadline or at once.
func TestContextEndsConnectAndAccept(t *testing.T) {
	for _, c := range blockedCalls() {
		if c.name != "Connect" && c.name != "Accept" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			for range rounds(t) {
				sc := c.scene(t)
				ctx, cancel := context.WithCancel(background)
				done := start(func() error { return sc.call(ctx) })
				waitParked(t, sc.s)
				cancel()
				if err := within(t, done); !errors.Is(err, context.Canceled) {
					t.Fatalf("cancelled: got %v, want %v", err, context.Canceled)
				}
				ctx, cancel = context.WithTimeout(background, time.Millisecond)
				if err := sc.call(ctx); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("timed out: got %v, want %v", err, os.ErrDeadlineExceeded)
				}
				if err := sc.call(ctx); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("with a context that has ended: got %v, want %v", err, os.ErrDeadlineExceeded)
				}
				cancel()
				next(t, sc)
				sc.close()
			}
		})
	}
}

func TestMsgDontwaitWaitsForNothing(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if _, err := a.Recv(make([]byte, 1), socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Errorf("nothing queued: got %v, want %v", err, socket.ErrWouldBlock)
	}
	done := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	waitParked(t, a)
	if err := a.RecvMsg(&socket.Msg{}, socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Errorf("another caller's turn: got %v, want %v", err, socket.ErrWouldBlock)
	}
	fill(t, b)
	if err := within(t, done); err != nil { // it took one of them
		t.Error(err)
	}
	fill(t, b)
	if err := b.SendMsg(&socket.Msg{Buffer: []byte("x")}, socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Errorf("no room: got %v, want %v", err, socket.ErrWouldBlock)
	}
	if n, err := b.SendBatch([]socket.Msg{{Buffer: make([]byte, 1<<10)}}, socket.MsgDontwait); n != 0 || err != socket.ErrWouldBlock {
		t.Errorf("no room for a batch: got %d, %v, want 0, %v", n, err, socket.ErrWouldBlock)
	}
}

// Shutdown ends what waits in its direction and leaves the other alone.
func TestShutdownEndsEveryCall(t *testing.T) {
	for _, c := range receives {
		t.Run(c.name, func(t *testing.T) {
			for range rounds(t) {
				a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
				done := start(func() result { return c.call(a) })
				waitParked(t, a)
				if err := a.Shutdown(socket.ShutRead); err != nil {
					t.Fatal(err)
				}
				if r := within(t, done); r != (result{}) {
					t.Fatalf("got %+v, want the end", r)
				}
				if _, err := a.Send([]byte("x"), 0); err != nil {
					t.Fatalf("a send after it: %v", err)
				}
				a.Close()
				b.Close()
			}
		})
	}
	for _, c := range sends {
		t.Run(c.name, func(t *testing.T) {
			for range rounds(t) {
				a, b := fullPair(t)
				done := start(func() result { return c.call(a) })
				waitParked(t, a)
				if err := a.Shutdown(socket.ShutWrite); err != nil {
					t.Fatal(err)
				}
				if r := within(t, done); !errors.Is(r.err, syscall.EPIPE) {
					t.Fatalf("got %+v, want %v", r, syscall.EPIPE)
				}
				a.Close()
				b.Close()
			}
		})
	}
}

func TestEveryCallOfAClosedSocketIsErrClosed(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	defer b.Close()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	var zero socket.Socket
	for _, s := range []*socket.Socket{a, &zero} {
		for _, c := range append(append([]call{}, receives...), sends...) {
			if r := c.call(s); !errors.Is(r.err, net.ErrClosed) {
				t.Errorf("%s: got %v, want %v", c.name, r.err, net.ErrClosed)
			}
		}
		for name, err := range map[string]error{
			"Close":       s.Close(),
			"Connect":     s.Connect(background, socket.Sockaddr{}),
			"Accept":      third(s.Accept(background)),
			"Bind":        s.Bind(socket.Sockaddr{}),
			"Listen":      s.Listen(1),
			"Shutdown":    s.Shutdown(socket.ShutBoth),
			"SetInt":      s.SetInt(socket.SolSocket, socket.SoDebug, 0),
			"SetDeadline": s.SetDeadline(time.Time{}),
			"SetTimeout":  s.SetReadTimeout(0),
			"File":        second(s.File()),
			"Clone":       second(s.Clone()),
			"Detach":      second(s.Detach(nil)),
			"Sockname":    second(s.Sockname()),
			"SyscallConn": second(s.SyscallConn()),
			"Readable":    second(s.Readable()),
		} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: got %v, want %v", name, err, net.ErrClosed)
			}
		}
	}
}

// Close waits for a function that has the descriptor, and Control after it is
// refused.
func TestCloseWaitsForControl(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockDgram, 0)
	rc, err := s.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	in, out := make(chan struct{}), make(chan struct{})
	ended := start(func() error { return rc.Control(func(uintptr) { close(in); <-out }) })
	<-in
	closed := start(s.Close)
	testutil.Eventually(t, safetyNet, func() bool { return errors.Is(s.SetDeadline(time.Time{}), net.ErrClosed) }, "a Close that has begun")
	select {
	case err := <-closed:
		t.Fatalf("got %v from Close while Control has the descriptor, want it to wait", err)
	default:
	}
	close(out)
	if err := within(t, ended); err != nil {
		t.Errorf("Control: %v", err)
	}
	if err := within(t, closed); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := rc.Control(func(uintptr) { t.Error("Control runs after Close") }); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
}
