//go:build unix

package uds_test

import (
	"net"
	"testing"

	"example.com/uds"
)

// A closed connection says so to an empty batch, too; an open one takes it.
func TestBatchOfNoMessagesOfAClosedConnection(t *testing.T) {
	a, b := dgramPair(t)
	for range 2 {
		if n, err := a.SendBatch(nil); n != 0 || err != nil {
			t.Errorf("SendBatch: got %d, %v, want nothing", n, err)
		}
		if n, err := b.RecvBatch([]uds.Message{}); n != 0 || err != nil {
			t.Errorf("RecvBatch: got %d, %v, want nothing", n, err)
		}
	}
	must(t, a.Close())
	_, err := a.SendBatch(nil)
	wantError(t, "SendBatch", err, net.ErrClosed)
	_, err = a.RecvBatch(nil)
	wantError(t, "RecvBatch", err, net.ErrClosed)
}
