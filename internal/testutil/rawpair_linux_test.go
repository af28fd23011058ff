package testutil

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestRawPairIsConnectedAndClosed(t *testing.T) {
	before := FDCount(t)
	t.Run("pair", func(t *testing.T) {
		a, b := RawPair(t)
		if _, err := unix.Write(a, []byte("x")); err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 2)
		if n, err := unix.Read(b, p); n != 1 || p[0] != 'x' || err != nil {
			t.Errorf("got %q, %v, want \"x\"", p[:n], err)
		}
	})
	if got := FDCount(t); got != before {
		t.Errorf("descriptors at the end: got %d, want %d", got, before)
	}
}
