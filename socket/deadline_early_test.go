//go:build unix

package socket_test

import (
	"testing"
	"time"

	"example.com/uds/socket"
)

// However long a goroutine is interrupted while it sets a deadline, that is not
// kept before its time.
func TestDeadlineIsNotEarly(t *testing.T) {
	s, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	for range 1000 {
		at := time.Now().Add(time.Hour)
		if err := s.SetReadDeadline(at); err != nil {
			t.Fatal(err)
		}
		if kept := socket.ReadDeadline(s); kept.Before(at) {
			t.Fatalf("got a deadline %v before its time", at.Sub(kept))
		}
	}
}
