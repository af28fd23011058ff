package socket_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() { testutil.RegisterChild("yields", yieldsChild) }

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
