package uds

import (
	"testing"

	"example.com/uds/socket"
)

// What recvmmsg(2) invents at the end is taken out, and what stands behind it
// moves up, into buffers of another shape.
func TestGenuineMovesRealMessagesToTheFront(t *testing.T) {
	shape := func(sizes ...int) (bufs [][]byte) {
		for _, n := range sizes {
			bufs = append(bufs, make([]byte, n))
		}
		return bufs
	}
	real := func(m socket.Msg, text string) socket.Msg {
		rest := text
		for _, b := range m.Buffers {
			rest = rest[copy(b, rest):]
		}
		m.N, m.Flags = len(text), socket.MsgCtrunc
		return m
	}
	invented := func(sizes ...int) socket.Msg { return socket.Msg{Buffers: shape(sizes...)} }
	ms := []socket.Msg{
		real(invented(8), "one"),
		invented(2, 3),
		real(invented(3, 3), "second"),
		real(invented(4), ""),
		invented(1, 1),
		real(invented(1, 2, 1), "cut off"),
		invented(8),
	}
	if n := genuine(ms); n != 4 {
		t.Fatalf("genuine: got %d, want 4", n)
	}
	for i, want := range []struct {
		size int
		text string
	}{{3, "one"}, {6, "secon"}, {0, ""}, {7, "cut "}} {
		x := newExchange()
		x.result(&ms[i])
		var got []byte
		for _, b := range ms[i].Buffers {
			got = append(got, b...)
		}
		if got = got[:x.in.n]; x.in.size != want.size || string(got) != want.text {
			t.Errorf("message %d: got %d bytes, %q, want %d, %q", i, x.in.size, got, want.size, want.text)
		}
		x.done()
	}
}
