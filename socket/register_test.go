//go:build unix

package socket_test

import (
	"testing"

	"example.com/uds/socket"
)

// Both directions may begin to wait at the same time: the poller watches the socket
// once, and wakes both.
func TestSocketIsRegisteredOnce(t *testing.T) {
	a, b := fullPair(t)
	received := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	waitParked(t, a)
	for range 2 {
		if err := socket.Register(a); err != nil {
			t.Fatal(err)
		}
	}
	sent := start(func() error { _, err := a.Send([]byte("x"), 0); return err })
	sendOne(t, b)
	drainAll(t, b)
	for name, done := range map[string]<-chan error{"the receive": received, "the send": sent} {
		if err := within(t, done); err != nil {
			t.Errorf("%s: got %v, want nil", name, err)
		}
	}
}
