package uds_test

import (
	"context"
	"testing"

	"example.com/uds/internal/testutil"
)

// Cancel ends a call that waits for its turn, too, though another, which began
// after the Cancel, may try to take the turn before it.
func TestCancelEndsACallBehindALaterOne(t *testing.T) {
	for range 100 {
		a, _ := seqPair(t)
		recv := func() error {
			_, err := a.Recv(make([]byte, 1))
			return err
		}
		first, second, again := make(chan error, 1), make(chan error, 1), make(chan error, 1)
		go func() {
			first <- recv()
			again <- recv() // began after the Cancel
		}()
		parked(t, 1, "")
		go func() { second <- recv() }()
		testutil.Eventually(t, safety, func() bool { return locked("uds.(*SeqConn).Recv") == 1 }, "the second call waits for its turn")
		a.Cancel()
		wantError(t, "the first", wantDone(t, first), context.Canceled)
		wantError(t, "the second", wantDone(t, second), context.Canceled)
		must(t, a.Close())
		<-again
	}
}
