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
// that waits, or while wake-ups are rare, and its peer in another process.
func TestLooksAheadWhileProcessorsIdle(t *testing.T) {
	out, err := testutil.Child(t, "looksAhead").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func looksAheadChild() {
	far, _ := onePPair(-1, true)
	other, _ := onePPair(-1, true)
	near, _ := onePPair(-1, false)
	expect := func(s *socket.Socket, waits int, when string, rare, frequent bool) {
		for range waits {
			childCheck(waitInVain(s))
		}
		for _, c := range []struct{ rare, want bool }{{true, rare}, {false, frequent}} {
			if got := socket.LookedAhead(s, c.rare); got != c.want {
				fmt.Printf("%s, wake-ups are rare: %v: got %v, want %v\n", when, c.rare, got, c.want)
			}
		}
	}
	const enough = socket.AloneAfter + 1
	expect(far, 1, "the first wait", true, false)
	expect(far, enough, "many waits", true, true)
	expect(other, 1, "another socket's wait", true, false)
	expect(far, 1, "the wait after that", true, false)
	expect(far, enough, "many waits again", true, true)
	expect(near, enough, "many waits for a peer in this process", false, false)

	socket.WokenRarely(0)
	for _, c := range []struct {
		at   time.Duration
		want bool
	}{{time.Hour, true}, {time.Hour + socket.BusyBelow, false}, {time.Hour + 2*socket.BusyBelow + 1, true}} {
		if got := socket.WokenRarely(c.at); got != c.want {
			fmt.Printf("a wake-up at %v: got rare: %v, want %v\n", c.at, got, c.want)
		}
	}
}
