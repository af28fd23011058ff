package uds_test

import (
	"io"
	"testing"

	"example.com/uds"
	gocmp "github.com/google/go-cmp/cmp"
)

// cloneUnmarked returns a connection that receives without the marker: a clone
// of it was detached, which turned the option off that they shared.
func cloneUnmarked(t *testing.T) (a, b *uds.SeqConn) {
	t.Helper()
	a, b = seqPair(t)
	guarded(t, a, b)
	sendAll(t, b, "first")
	if got := recvEnd(a); got != `"first"` {
		t.Fatalf("got %s, want the first message", got)
	}
	c, err := a.Clone()
	must(t, err)
	f, err := c.Detach()
	must(t, err)
	closeLater(t, f)
	return a, b
}

// recvBatches is what RecvBatch with four places returns until n messages came
// or an error, which is the last.
func recvBatches(c *uds.SeqConn, n int) []string {
	var got []string
	for len(got) < n {
		ms := make([]uds.Message, 4)
		for i := range ms {
			ms[i].Buffers = buffers(9)
		}
		k, err := c.RecvBatch(ms)
		for i := range ms[:k] {
			got = append(got, outcome([]byte(payload(&ms[i])), nil))
		}
		if err != nil {
			return append(got, outcome(nil, err))
		}
	}
	return got
}

// A batch loses no empty message to a clone that was detached.
func TestCloneDetachedLeavesBatchesWhole(t *testing.T) {
	for _, sent := range [][]string{{"one", "", "two"}, {"one", "", ""}, {"", "one", "", "two"}, {"", "", ""}} {
		a, b := cloneUnmarked(t)
		sendAll(t, b, sent...)
		want := make([]string, len(sent))
		for i, s := range sent {
			want[i] = outcome([]byte(s), nil)
		}
		if diff := gocmp.Diff(want, recvBatches(a, len(sent))); diff != "" {
			t.Errorf("sent %q (-want +got):\n%s", sent, diff)
		}
	}
}

// The end that recvmmsg(2) makes messages of is none of them without the marker
// either.
func TestCloneDetachedLeavesTheEnd(t *testing.T) {
	a, b := cloneUnmarked(t)
	sendAll(t, b, "one", "", "two")
	must(t, b.Close())
	want := []string{outcome([]byte("one"), nil), outcome(nil, nil), outcome([]byte("two"), nil), outcome(nil, io.EOF)}
	if diff := gocmp.Diff(want, recvBatches(a, 9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A Detach leaves the timestamps that a clone asked for.
func TestCloneDetachedLeavesTimestamps(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	c, err := a.Clone()
	must(t, err)
	closeLater(t, c)
	sendAll(t, b, "x")
	recvEnd(c) // which turns the marker on, for c's sake
	must(t, a.SetOptions(uds.Options{Timestamps: true}))
	f, err := c.Detach()
	must(t, err)
	closeLater(t, f)
	sendAll(t, b, "y")
	m := uds.Message{Buffers: buffers(9), OOB: new(uds.OOB)}
	must(t, a.RecvMsg(&m, 0))
	if m.OOB.Time.IsZero() {
		t.Error("got no time")
	}
}

// Timestamps are an option of the socket: whoever shares it gets those that
// another asked for.
func TestCloneHasTheTimestampsOfAnother(t *testing.T) {
	a, b := seqPair(t)
	c, err := a.Clone()
	must(t, err)
	closeLater(t, c)
	guarded(t, b, c)
	wantStamped(t, b, a, c)

	x, y := dgramPair(t)
	wantStamped(t, y, cloneDgram(t, x), x)
}

// wantStamped fails t unless what one connection sends has a time for another
// once a clone of that asked for timestamps.
func wantStamped(t *testing.T, from, asks, gets msgConn) {
	t.Helper()
	must(t, asks.SetOptions(uds.Options{Timestamps: true}))
	must(t, from.Send([]byte("x")))
	m := uds.Message{Buffers: buffers(9), OOB: new(uds.OOB)}
	if must(t, gets.RecvMsg(&m, 0)); m.OOB.Time.IsZero() {
		t.Errorf("RecvMsg on a %T: got no time", gets)
	}
	must(t, from.Send([]byte("x")))
	if _, n, _, _, err := gets.ReadMsgUnix(make([]byte, 9), make([]byte, 100)); n == 0 || err != nil {
		t.Errorf("ReadMsgUnix on a %T: got %d bytes of control messages, %v, want the time's", gets, n, err)
	}
}
