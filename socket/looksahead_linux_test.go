package socket_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() { testutil.RegisterChild("looksAhead", looksAheadChild) }

// A receive behind a wait looks for descriptors while its socket is the only one
// that waits, or hardly any does, and its peer in another process.
func TestLooksAheadWhileFewWait(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "looksAhead"))
}

func looksAheadChild() {
	far, peer := onePPair(-1, true)
	other, _ := onePPair(-1, true)
	near, _ := onePPair(-1, false)
	expect := func(s *socket.Socket, waits int, when string, want bool) {
		for range waits {
			childCheck(waitInVain(s))
		}
		if got := socket.LookedAhead(s); got != want {
			fmt.Printf("%s: got %v, want %v\n", when, got, want)
		}
	}
	const enough = socket.AloneAfter + 1 + socket.Uncounted
	// Where a timeout passes before the call waits, that is no wait: on a busy machine
	// it takes more of them.
	expectSoon := func(s *socket.Socket, waits int, when string) {
		for range 9 * waits {
			childCheck(waitInVain(s))
			if socket.LookedAhead(s) {
				waits = 0
				break
			}
		}
		expect(s, waits, when, true)
	}
	socket.UsualWaits(true)
	expect(far, 1, "the first wait", false)
	expectSoon(far, enough, "many waits")
	expect(other, 1, "another socket's wait", false)
	expect(far, 1, "the wait after that", false)
	socket.UsualWaits(true)
	expectSoon(far, enough, "many waits again")
	for looks, want := range map[int]bool{1: false, 2: true} {
		if got := looksBehind(far, peer, looks); got != want {
			fmt.Printf("the poller found the message at look %d: got %v, want %v\n", looks, got, want)
		}
	}
	socket.UsualWaits(true)
	expect(near, enough, "many waits for a peer in this process", false)
	socket.UsualWaits(false)
	expect(near, 1, "a wait among few for a peer in this process", false)
	expect(far, 1, "a wait among few", true)
	socket.UsualWaits(true)
	for range (socket.PaceWindow - socket.Uncounted) / 2 {
		expect(other, 1, "a long wait", false)
		expect(far, 1, "a long wait after others", false)
	}
	for range socket.Uncounted + 1 {
		expect(other, 1, "a long wait", false)
		expect(far, 0, "a long wait after others", false)
	}
	expectSoon(far, socket.Uncounted+1, "the last of many long waits")
}

// Few wait where the processors have nothing to do from one wait to the next.
func TestWaitsAreRare(t *testing.T) {
	defer socket.UsualWaits(true)
	for interval, want := range map[time.Duration]bool{0: false, 5 * time.Microsecond: false, 100 * time.Microsecond: true} {
		if got := socket.PaceOf(interval); got != want {
			t.Errorf("a wait every %v: got rare %v, want %v", interval, got, want)
		}
	}
}

// looksBehind reports whether a receive looks for descriptors whose message the
// poller found at its n-th look.
func looksBehind(s, peer *socket.Socket, n int) bool {
	var turn socket.Turn
	childCheck(s.BeginRecv(&turn))
	defer turn.End()
	p := make([]byte, 1)
	if _, _, err := turn.RecvMarkedOrPark(p, 0); err != socket.ErrPark {
		fmt.Printf("got %v, want %v\n", err, socket.ErrPark)
	}
	_, err := peer.Send([]byte("x"), 0)
	childCheck(err)
	socket.Look(&turn, n)
	childCheck(turn.Woken(nil))
	looked := socket.Clean(s)
	_, _, err = turn.RecvMarkedOrPark(p, 0)
	childCheck(err)
	return looked
}
