package socket_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"example.com/uds/socket"
)

// The first wait of a connection makes its direction cold, with a deadline too.
func TestFirstWaitLeavesTheNextTryToThePoller(t *testing.T) {
	for _, deadline := range []time.Time{{}, time.Now().Add(time.Hour)} {
		a, b := connected(t, socket.AFUnix, socket.SockSeqpacket)
		setDeadline(t, a, deadline)
		mustWait(t, a, b)
		if !socket.Cold(a) {
			t.Errorf("deadline %v: the second receive tries by itself, want it left to the poller", deadline)
		}
	}
}

// The first receive of a connection has an error that is pending, and does not wait
// behind it.
func TestFirstReceiveHasTheReset(t *testing.T) {
	for name, receive := range orPark {
		a, b := connected(t, socket.AFUnix, socket.SockSeqpacket)
		sendOne(t, a)
		if err := b.Close(); err != nil { // with input that nobody has received
			t.Fatal(err)
		}
		if err := inTurn(a, receive); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: got %v, want %v", name, err, syscall.ECONNRESET)
		}
	}
}
