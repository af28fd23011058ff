//go:build unix

package socket_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// Whatever may end a call, and comes behind its last look around but before it is
// parked, ends its wait: nothing else would wake it.
func TestWhatComesAsACallParksEndsItsWait(t *testing.T) {
	refused := errors.New("refused")
	for _, c := range []struct {
		name string
		do   func(s *socket.Socket)
		want error // of the wait, from which the call goes on if its time is not up
	}{
		{"Shutdown", func(s *socket.Socket) { s.Shutdown(socket.ShutRead) }, os.ErrDeadlineExceeded},
		{"Detach", func(s *socket.Socket) {
			go s.Detach(func() error { return refused })
			testutil.Eventually(t, safetyNet, func() bool { return socket.Detaching(s) }, "a Detach that waits")
		}, os.ErrDeadlineExceeded},
		{"Cancel", (*socket.Socket).Cancel, context.Canceled},
		{"deadline", func(s *socket.Socket) { s.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			defer a.SetReadDeadline(time.Unix(1, 0)) // for a Close behind a wait that nothing else ended
			done := start(func() error {
				return inTurn(a, func(turn *socket.Turn) error {
					return socket.ParkAfter(turn, func() { c.do(a) })
				})
			})
			if err := within(t, done); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
