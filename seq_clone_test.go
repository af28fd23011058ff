//go:build linux

package uds_test

import (
	"os"
	"testing"
	"time"

	"example.com/uds"
)

// A clone has deadlines, timeouts and a lifetime of its own.
func TestCloneIsItsOwn(t *testing.T) {
	c, peer := seqPair(t)
	must(t, c.SetDeadline(past))
	must(t, c.SetReadTimeout(time.Hour))
	d, err := c.Clone()
	must(t, err)
	closeLater(t, d)
	if got := d.ReadTimeout(); got != 0 {
		t.Errorf("ReadTimeout of the clone: got %v, want 0", got)
	}
	unharmed(t, d, peer)
	isErr(t, "Recv of the original", blockedRecv(c), os.ErrDeadlineExceeded)
	done := make(chan error, 1)
	go func() { done <- blockedRecv(d) }()
	parked(t, 1, ".blockedRecv(")
	c.Cancel()
	must(t, c.Close())
	sendAll(t, peer, "x")
	if err := <-done; err != nil {
		t.Errorf("Recv of the clone: got %v, want the message", err)
	}
	unharmed(t, d, peer)
}

// A clone has its original's addresses.
func TestCloneHasTheAddresses(t *testing.T) {
	client, server := dialled(t, abstractName())
	for _, c := range []*uds.SeqConn{client, server} {
		d, err := c.Clone()
		must(t, err)
		closeLater(t, d)
		local, remote := c.LocalAddr().String(), c.RemoteAddr().String()
		if local+remote == "" || d.LocalAddr().String() != local || d.RemoteAddr().String() != remote {
			t.Errorf("got %q and %q, want %q and %q", d.LocalAddr(), d.RemoteAddr(), local, remote)
		}
	}
}
