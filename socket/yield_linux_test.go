package socket_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() {
	testutil.RegisterChild("yields", yieldsChild)
	testutil.RegisterChild("yieldsPoll", yieldsPollChild)
}

// With one P a receive yields to a peer in its process, and less often while
// that brings nothing. To a peer elsewhere it does not yield.
func TestYieldsWhileItHelps(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "yields", "GOMAXPROCS=1"))
}

func yieldsChild() {
	near, sender := onePPair(0, false)
	far, _ := onePPair(0, true)
	for range 3 {
		childCheck(waitInVain(near))
		childCheck(waitInVain(far))
	}
	if got := socket.LeftOut(near); got < 2 {
		fmt.Printf("after yields in vain: got %d chances left out, want 2 at least\n", got)
	}
	if got := socket.LeftOut(far); got != 0 {
		fmt.Printf("the peer is elsewhere: got %d chances left out, want none taken\n", got)
	}
	const most = 1000 // a miss leaves out 256 at most
	rounds := 0
	for ; socket.LeftOut(near) > 0 && rounds < most; rounds++ {
		go sender.Send([]byte("x"), 0)
		_, err := near.Recv(make([]byte, 1), 0)
		childCheck(err)
	}
	if rounds == most {
		fmt.Printf("got no message by a yield in %d rounds in which the sender was runnable\n", most)
	}
}

// Goroutines that meet by yields are always runnable, and with one P nobody looks at
// the poller then but the runtime's monitor, every 10 ms. They park now and then, so
// that others do not wait for it.
func TestYieldsLeaveThePollerItsTime(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "yieldsPoll", "GOMAXPROCS=1"))
}

// So do those of SetSpin, which yield whatever comes of it.
func yieldsPollChild() {
	for i := range 10 {
		a, b := onePPair(time.Duration(i%2)*safetyNet, false)
		childCheck(b.SetDeadline(time.Now().Add(safetyNet)))
		go discard(b)
		const (
			until = 5000 // the ends of the pair meet by yields by then
			most  = 1500 // the monitor comes after some thousands
		)
		streamUntil(a, func(n int) bool { return n == until })
		if n := streamPast(a); n > most {
			fmt.Printf("another goroutine waited for its pipe during %d messages, want %d at most\n", n, most)
		}
		a.Close()
	}
}

// A call that would yield does so between two that park instead.
func TestYieldsGoOnAfterOneThatParks(t *testing.T) {
	for range 1000 { // on a busy machine the time may pass between two calls
		if socket.ParksInstead(); !socket.ParksInstead() {
			return
		}
	}
	t.Error("every call parks instead")
}

// streamPast sends until another goroutine has found that its pipe is readable, and
// returns how many messages that took.
func streamPast(s *socket.Socket) int {
	r, w, err := os.Pipe()
	childCheck(err)
	defer r.Close()
	defer w.Close()
	var read atomic.Bool
	go func() {
		_, err := r.Read(make([]byte, 1))
		childCheck(err)
		read.Store(true)
	}()
	runtime.Gosched() // to that goroutine, which parks
	_, err = w.Write([]byte("x"))
	childCheck(err)
	return streamUntil(s, func(int) bool { return read.Load() })
}

// streamUntil sends messages until done says so of their number.
func streamUntil(s *socket.Socket, done func(n int) bool) (n int) {
	for ; !done(n); n++ {
		_, err := s.Send([]byte("x"), 0)
		childCheck(err)
	}
	return n
}

// discard receives until the end.
func discard(s *socket.Socket) {
	for p := make([]byte, 1); ; {
		if n, err := s.Recv(p, 0); n == 0 || err != nil {
			return
		}
	}
}

// waitInVain receives until a timeout.
func waitInVain(s *socket.Socket) error {
	if err := s.SetReadTimeout(time.Millisecond); err != nil {
		return err
	}
	if n, err := s.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("got %d, %w, want %v", n, err, os.ErrDeadlineExceeded)
	}
	return s.SetReadTimeout(0)
}
