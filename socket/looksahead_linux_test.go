package socket_test

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() {
	testutil.RegisterChild("looksAhead", looksAheadChild)
	testutil.RegisterChild("looksAheadReset", looksAheadResetChild)
}

// A receive behind a wait looks for descriptors while its socket is the only one
// that waits, and its peer in another process.
func TestLooksAheadWhileOneSocketWaits(t *testing.T) {
	out, err := testutil.Child(t, "looksAhead").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func looksAheadChild() {
	far, _ := onePPair(-1, true)
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
	const enough = socket.AloneAfter + 1
	expect(far, 1, "the first wait", false)
	expect(far, enough, "many waits", true)
	expect(other, 1, "another socket's wait", false)
	expect(far, 1, "the wait after that", false)
	expect(far, enough, "many waits again", true)
	expect(near, enough, "many waits for a peer in this process", false)
}

// A look ahead takes the error of a reset from the socket: it is the receive's.
func TestResetThatALookAheadTakes(t *testing.T) {
	out, err := testutil.Child(t, "looksAheadReset").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func looksAheadResetChild() {
	for _, c := range receives {
		s, peer := onePPair(-1, true)
		for range socket.AloneAfter + 1 {
			childCheck(waitInVain(s))
		}
		if _, err := s.Send([]byte("never received"), 0); err != nil {
			fmt.Println(err)
		}
		done := start(func() error { return c.call(s).err })
		for !socket.Parked(s) {
			runtime.Gosched()
		}
		peer.Close()
		if err := <-done; !errors.Is(err, syscall.ECONNRESET) {
			fmt.Printf("%s: got %v, want %v\n", c.name, err, syscall.ECONNRESET)
		}
		s.Close()
	}
}
