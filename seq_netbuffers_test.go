//go:build linux

package uds_test

import (
	"net"
	"testing"

	"example.com/uds"
)

// net.Buffers gathers only for connections of package net: writeBuffers, the
// method it looks for, is not exported (net/net.go). On others it is a Write,
// and so a message, for each buffer. SendMsg gathers.
func TestNetBuffersIsAMessageABuffer(t *testing.T) {
	check := func(t *testing.T, a, b msgConn) {
		t.Helper()
		two := net.Buffers{[]byte("one"), []byte("two")}
		n, err := two.WriteTo(a)
		if n != 6 || err != nil {
			t.Fatalf("got %d, %v, want 6, nil", n, err)
		}
		must(t, a.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("one"), []byte("two")}}, 0))
		p := make([]byte, 10)
		for _, want := range []string{"one", "two", "onetwo"} {
			if n, err := b.Recv(p); string(p[:n]) != want || err != nil {
				t.Fatalf("got %q, %v, want %q, nil", p[:n], err, want)
			}
		}
	}
	t.Run("unixpacket", func(t *testing.T) {
		a, b := seqPair(t)
		check(t, a, b)
	})
	t.Run("unixgram", func(t *testing.T) {
		a, b := dgramPair(t)
		check(t, a, b)
	})
}
