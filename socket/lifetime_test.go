//go:build unix

package socket_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// blocked is a call that waits until something ends it.
type blocked struct {
	name  string
	scene func(t testing.TB) scene
}

// scene is where a call waits: on s.
type scene struct {
	s, peer *socket.Socket
	call    func(ctx context.Context) error
	release func(t testing.TB) // makes the call, or the next one, succeed
}

func (sc scene) close() {
	sc.s.Close()
	sc.peer.Close()
}

// blockedCalls are all calls that wait.
func blockedCalls() []blocked {
	var all []blocked
	for _, c := range receives {
		all = append(all, blocked{c.name, receiving(func(s *socket.Socket) error { return c.call(s).err })})
	}
	for _, c := range sends {
		all = append(all, blocked{c.name, sending(func(s *socket.Socket) error { return c.call(s).err })})
	}
	return append(all,
		blocked{"Accept", accepting},
		blocked{"Connect", connecting},
		blocked{"RawConn.Read", receiving(rawRead)},
		blocked{"RawConn.Write", sending(rawWrite)},
	)
}

func receiving(call func(*socket.Socket) error) func(testing.TB) scene {
	return func(t testing.TB) scene {
		s, peer := pair(t, socket.AFUnix, socket.SockSeqpacket)
		return scene{s, peer, func(context.Context) error { return call(s) }, func(t testing.TB) { sendOne(t, peer) }}
	}
}

func sending(call func(*socket.Socket) error) func(testing.TB) scene {
	return func(t testing.TB) scene {
		s, peer := fullPair(t)
		return scene{s, peer, func(context.Context) error { return call(s) }, func(t testing.TB) { drainAll(t, peer) }}
	}
}

func accepting(t testing.TB) scene {
	l, sa := listen(t, socket.AFUnix, socket.SockStream)
	call := func(ctx context.Context) error {
		s, _, err := l.Accept(ctx)
		if err == nil {
			s.Close()
		}
		return err
	}
	return scene{l, l, call, func(t testing.TB) {
		client := newSocket(t, socket.AFUnix, socket.SockStream, 0)
		defer client.Close()
		if err := client.Connect(background, sa); err != nil {
			t.Fatal(err)
		}
	}}
}

// connecting waits for room in a backlog.
func connecting(t testing.TB) scene {
	l, sa := fullListener(t, socket.AFUnix)
	s := newSocket(t, socket.AFUnix, socket.SockStream, 0)
	return scene{s, l, func(ctx context.Context) error { return s.Connect(ctx, sa) }, func(t testing.TB) {
		accept(t, l)
	}}
}

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

// rounds is how often each call is interrupted in each way, which is 76
// interruptions a round: UDS_ROUNDS=132 makes them 10,000.
func rounds(t testing.TB) int {
	n := 20
	if v := os.Getenv("UDS_ROUNDS"); v != "" {
		if _, err := fmt.Sscan(v, &n); err != nil || n < 1 {
			t.Fatalf("UDS_ROUNDS: got %q, want a positive number", v)
		}
	}
	if testing.Short() {
		n = 2
	}
	return n
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

// retried repeats an interruption until the call has ended: a call that had not
// begun when it came is not meant by it.
func retried[T any](done <-chan T, again func()) <-chan T {
	out := make(chan T, 1)
	go func() {
		for {
			select {
			case v := <-done:
				out <- v
				return
			case <-time.After(time.Millisecond):
				again()
			}
		}
	}()
	return out
}

// next makes a call that succeeds.
func next(t testing.TB, sc scene) {
	t.Helper()
	sc.release(t)
	if err := within(t, start(func() error { return sc.call(background) })); err != nil {
		t.Fatalf("the next call: got %v, want nil", err)
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

func third[T, U any](_ T, _ U, err error) error { return err }

func second[T any](_ T, err error) error { return err }

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

func fullPair(t testing.TB) (a, b *socket.Socket) {
	a, b = pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := a.SetWriteBuffer(1); err != nil { // the least there is
		t.Fatal(err)
	}
	fill(t, a)
	// Something smaller may still fit.
	for {
		if _, err := a.Send([]byte("x"), socket.MsgDontwait); err == socket.ErrWouldBlock {
			return a, b
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func sendOne(t testing.TB, peer *socket.Socket) {
	t.Helper()
	if _, err := peer.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
}

func drainAll(t testing.TB, peer *socket.Socket) {
	t.Helper()
	for {
		if _, err := peer.Recv(make([]byte, 1), socket.MsgDontwait); err == socket.ErrWouldBlock {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func rawRead(s *socket.Socket) error {
	rc, err := s.SyscallConn()
	if err != nil {
		return err
	}
	return rawResult(rc.Read, func(fd uintptr) error {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), socket.MsgDontwait)
		return err
	})
}

func rawWrite(s *socket.Socket) error {
	rc, err := s.SyscallConn()
	if err != nil {
		return err
	}
	return rawResult(rc.Write, func(fd uintptr) error {
		return syscall.Sendto(int(fd), []byte("x"), socket.MsgDontwait, nil)
	})
}

func rawResult(wait func(func(uintptr) bool) error, f func(fd uintptr) error) error {
	var err error
	if werr := wait(func(fd uintptr) bool { err = f(fd); return err != syscall.EAGAIN }); werr != nil {
		return werr
	}
	return err
}

func setTimeouts(t testing.TB, s *socket.Socket, d time.Duration) {
	t.Helper()
	if err := s.SetReadTimeout(d); err != nil {
		t.Fatal(err)
	}
	if err := s.SetWriteTimeout(d); err != nil {
		t.Fatal(err)
	}
}
