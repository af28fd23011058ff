package socket_test

import (
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// A call that waits for a full receiver has no turn, and touches nothing that
// belongs to who has: the race detector sees.
func TestSendsPassACallThatWaits(t *testing.T) {
	s, _ := dgramAt(t)
	full, toFull := dgramAt(t)
	free, toFree := dgramAt(t)
	queued := fillQueue(t, s, toFull)
	const each = 20
	done := make(chan error, 1)
	go func() {
		for range each {
			if _, err := s.SendTo([]byte("waits"), 0, toFull); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	testutil.Eventually(t, safetyNet, func() bool { return socket.Full(s) }, "a call waits for the full receiver")
	for range each {
		for range 2 * socket.CrowdLooks {
			if _, err := s.SendTo([]byte("passes"), 0, toFree); err != nil {
				t.Fatal(err)
			}
			recvAll(t, free, 1)
		}
		recvAll(t, full, 1)
	}
	if err := within(t, done); err != nil {
		t.Fatal(err)
	}
	recvAll(t, full, queued)
}
