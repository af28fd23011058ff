//go:build unix

package socket_test

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

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

func setTimeouts(t testing.TB, s *socket.Socket, d time.Duration) {
	t.Helper()
	if err := s.SetReadTimeout(d); err != nil {
		t.Fatal(err)
	}
	if err := s.SetWriteTimeout(d); err != nil {
		t.Fatal(err)
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
