package socket_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() {
	testutil.RegisterSilent("thaw-yields", thawYieldsChild)
	testutil.RegisterSilent("thaw-procs", thawProcsChild)
}

// leastSkip is how many chances to spin the first miss of a direction leaves out.
const leastSkip = socket.SkipLeast

// With one P a receive that goes straight to the poller leaves out a chance to
// yield: after the last one its direction tries by itself again, and yields.
func TestWaitsThawADirectionThatYields(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "thaw-yields", "GOMAXPROCS=1"))
}

func thawYieldsChild() error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	for i := range leastSkip + 1 {
		if err := waitOnce(a, b); err != nil {
			return err
		}
		left, cold := socket.LeftOut(a), socket.Cold(a)
		if want := i < leastSkip; left != leastSkip || cold != want {
			return fmt.Errorf("wait %d: got %d chances left out and cold %v, want %d and %v", i+1, left, cold, leastSkip, want)
		}
	}
	if err := waitOnce(a, b); err != nil {
		return err
	}
	if left := socket.LeftOut(a); left <= leastSkip {
		return fmt.Errorf("after a second miss: got %d chances left out, want more than %d", left, leastSkip)
	}
	return nil
}

// A direction whose socket comes to be the only one that waits tries by itself
// again, and spins. One that waits among others leaves its tries to the poller.
func TestWaitsAloneThawADirection(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("needs two processors: one never spins")
	}
	a, b := farPair(t)
	c, d := farPair(t)
	socket.UsualWaits(true)
	for i := range 4 * socket.AloneAfter {
		mustWait(t, a, b)
		mustWait(t, c, d)
		if !socket.Cold(a) {
			t.Fatalf("wait %d among others: tries by itself, want it left to the poller", i+1)
		}
	}
	const most = socket.AloneAfter + 2*(socket.Uncounted+1) // twice for the others that waited
	for i := range most {
		if mustWait(t, a, b); !socket.Cold(a) {
			if i < socket.AloneAfter {
				t.Errorf("got %d waits until the next receive tries by itself, want more than %d", i+1, socket.AloneAfter)
			}
			return
		}
	}
	t.Errorf("after %d waits alone: leaves its try to the poller", most)
}

// SetSpin thaws a direction with its next wait.
func TestSetSpinThawsADirection(t *testing.T) {
	a, b := farPair(t)
	socket.UsualWaits(true)
	mustWait(t, a, b)
	if !socket.Cold(a) {
		t.Fatal("the second receive tries by itself, want it left to the poller")
	}
	a.SetSpin(time.Microsecond)
	mustWait(t, a, b)
	if socket.Cold(a) {
		t.Error("with SetSpin the third receive leaves its try to the poller")
	}
}

// farPair returns a pair whose ends may be in different processes.
func farPair(t *testing.T) (a, b *socket.Socket) {
	t.Helper()
	a, b = pair(t, socket.AFUnix, socket.SockSeqpacket)
	elsewhere(t, b)
	return a, b
}

func mustWait(t *testing.T, s, peer *socket.Socket) {
	t.Helper()
	if err := waitOnce(s, peer); err != nil {
		t.Fatal(err)
	}
}

// waitOnce makes a receive without a limit that has to wait, and whose message the
// poller finds at its second look.
func waitOnce(s, peer *socket.Socket) error {
	return inTurn(s, func(turn *socket.Turn) error {
		p := make([]byte, 1)
		_, _, err := turn.RecvMarkedOrPark(p, 0)
		if err == socket.ErrPark && !socket.HasParked(s) {
			if err := turn.Woken(turn.Park()); err != nil {
				return err
			}
			_, _, err = turn.RecvMarkedOrPark(p, 0)
		}
		if err != socket.ErrPark {
			return fmt.Errorf("got %v, want %w", err, socket.ErrPark)
		}
		if _, err := peer.Send([]byte("x"), 0); err != nil {
			return err
		}
		socket.Look(turn, 2)
		if err := turn.Woken(nil); err != nil {
			return err
		}
		_, _, err = turn.RecvMarkedOrPark(p, 0)
		return err
	})
}

// A direction that is cold because the process had one processor notices when it gets
// another.
func TestWaitsNoticeAnotherProcessor(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "thaw-procs", "GOMAXPROCS=1"))
}

func thawProcsChild() error {
	a, b := onePPair(0, true)
	for range 2 * socket.AloneAfter {
		if err := waitOnce(a, b); err != nil {
			return err
		}
	}
	if !socket.Cold(a) {
		return fmt.Errorf("with one processor: tries by itself, want it left to the poller")
	}
	runtime.GOMAXPROCS(2)
	const most = 1000 // a call in 256 looks
	for range most {
		if err := waitOnce(a, b); err != nil {
			return err
		}
		if !socket.Cold(a) {
			return nil
		}
	}
	return fmt.Errorf("got none of %d receives that tries by itself with two processors", most)
}
