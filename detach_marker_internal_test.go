//go:build linux

package uds

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A receive that turns the marker on while a Detach turns it off does not leave
// it to the next owner of the socket.
func TestDetachClearsTheMarkerOfAReceiveAtTheSameTime(t *testing.T) {
	const rounds = 2000
	for range rounds {
		a, b, err := SeqPair()
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for !a.s.Closed() {
				a.mark.set(a.s)
			}
		}()
		f, err := a.Detach()
		<-ended
		b.Close()
		if err != nil {
			t.Fatal(err)
		}
		on, err := unix.GetsockoptInt(int(f.Fd()), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW)
		f.Close()
		if on != 0 || err != nil {
			t.Fatalf("got SO_TIMESTAMPNS_NEW %d, %v, want 0", on, err)
		}
	}
}
