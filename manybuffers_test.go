//go:build linux

package uds_test

import (
	"bytes"
	"testing"

	"example.com/uds"
)

// One message, however many buffers: also where they are more than the kernel
// takes in a call, which is IOV_MAX, 1,024.
func TestMessageOfManyBuffers(t *testing.T) {
	a, b := seqPair(t)
	c, d := dgramPair(t)
	guarded(t, a, b)
	for _, n := range []int{1, 1022, 1023, 1024, 1025, 5000} {
		want := patternOf(n, 2*n)
		for name, ends := range map[string][2]msgConn{"SeqConn": {a, b}, "DgramConn": {c, d}} {
			m := uds.Message{Buffers: pieces(bytes.Clone(want))}
			if err := ends[0].SendMsg(&m, 0); err != nil || m.N != len(want) {
				t.Fatalf("%s: SendMsg of %d buffers: got %d, %v, want %d", name, n, m.N, err, len(want))
			}
			got := make([]byte, 2*n)
			m = uds.Message{Buffers: pieces(got)}
			if err := ends[1].RecvMsg(&m, 0); err != nil || m.N != len(want) || !bytes.Equal(got, want) {
				t.Fatalf("%s: RecvMsg into %d buffers: got %d, %v and equal bytes: %t, want %d", name, n, m.N, err, bytes.Equal(got, want), len(want))
			}
		}
	}
}

// A batch moves such messages too, among others.
func TestBatchOfManyBuffers(t *testing.T) {
	a, b := seqPair(t)
	c, d := dgramPair(t)
	guarded(t, a, b)
	for name, ends := range map[string][2]msgConn{"SeqConn": {a, b}, "DgramConn": {c, d}} {
		want, got := patternOf(1, 4000), make([]byte, 4000)
		small := func(p []byte) []uds.Message {
			return []uds.Message{{Buffers: [][]byte{p[:500]}}, {Buffers: [][]byte{p[500:1000]}}, {Buffers: pieces(p[1000:])}}
		}
		if n, err := ends[0].SendBatch(small(want)); n != 3 || err != nil {
			t.Fatalf("%s: SendBatch: got %d, %v, want 3", name, n, err)
		}
		for ms := small(got); len(ms) > 0; {
			n, err := ends[1].RecvBatch(ms)
			if n == 0 || err != nil {
				t.Fatalf("%s: RecvBatch: got %d, %v, want more", name, n, err)
			}
			ms = ms[n:]
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got other bytes than were sent", name)
		}
	}
}

// pieces is p in buffers of two bytes.
func pieces(p []byte) (bufs [][]byte) {
	for ; len(p) > 0; p = p[2:] {
		bufs = append(bufs, p[:2])
	}
	return bufs
}
