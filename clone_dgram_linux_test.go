package uds_test

import (
	"io"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
)

// cloneDgram returns a clone of c, which is closed when t ends.
func cloneDgram(t *testing.T, c *uds.DgramConn) *uds.DgramConn {
	t.Helper()
	d, err := c.Clone()
	return ownDgram(t, d, err)
}

// A clone shows the timestamps that were asked for before it was made.
func TestCloneDgramHasTimestamps(t *testing.T) {
	a, b := dgramPair(t)
	must(t, a.SetOptions(uds.Options{Timestamps: true}))
	c := cloneDgram(t, a)
	before := time.Now()
	must(t, b.Send([]byte("x")))
	m := uds.Message{Buffers: buffers(9), OOB: new(uds.OOB)}
	must(t, c.RecvMsg(&m, 0))
	if got := m.OOB.Time; got.Before(before.Add(-time.Minute)) || got.After(time.Now().Add(time.Minute)) {
		t.Errorf("got time %v, want about %v", got, before)
	}
}

// A clone of a socket that was shut down for receiving is at its end, and so is
// a connection over a file of it. The kernel has a receive that does not wait
// find nothing there, as if more could come.
func TestCloneDgramOfOneShutDown(t *testing.T) {
	a, b := dgramPair(t)
	must(t, b.Send([]byte("x")))
	must(t, a.CloseRead())
	f, err := a.File()
	must(t, err)
	closeLater(t, f)
	adopted, err := uds.FileDgramConn(f)
	adopted, clone := ownDgram(t, adopted, err), cloneDgram(t, a)
	if got := recvString(t, clone); got != "x" {
		t.Errorf("got %q, want what was queued", got)
	}
	for what, c := range map[string]*uds.DgramConn{"clone": clone, "clone's clone": cloneDgram(t, clone), "adopted": adopted} {
		if n, err := c.Recv(make([]byte, 9)); n != 0 || err != io.EOF {
			t.Errorf("%s: got %d, %v, want the end", what, n, err)
		}
	}
}

// A pending error is not taken for the end.
func TestCloneDgramWithAPendingError(t *testing.T) {
	a, b := dgramPair(t)
	must(t, a.Send([]byte("x")))
	must(t, b.Connect(addrOf(t, listenDgram(t)))) // discards the datagram, which is a's error
	clone := cloneDgram(t, a)
	_, err := clone.Recv(make([]byte, 9))
	wantError(t, "the first Recv", err, syscall.ECONNRESET)
	m := uds.Message{Buffers: buffers(9)}
	wantError(t, "the second", clone.RecvMsg(&m, uds.FlagNoWait), uds.ErrWouldBlock)
}
