package uds_test

import (
	"context"
	"errors"
	"testing"

	"example.com/uds"
)

// The README's receive with a context ends, too, if the context ends while it waits,
// and leaves no deadline behind.
func TestContextEndsAReceiveThatWaits(t *testing.T) {
	a, b, err := uds.SeqPair()
	must(t, err)
	closeLater(t, a)
	closeLater(t, b)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := recvContext(ctx, a, make([]byte, 1)); done <- err }()
	parked(t, 1, ".recvContext(")
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	must(t, b.Send([]byte("x")))
	if n, err := a.Recv(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("the next receive: got %d, %v, want 1 and no error", n, err)
	}
}
