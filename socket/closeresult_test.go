//go:build unix

package socket_test

import (
	"runtime"
	"testing"

	"example.com/uds/socket"
)

// A call that has its result when Close comes keeps it, also where the poller
// repeats it: what it took from the queue is not lost.
func TestCloseTakesNoResult(t *testing.T) {
	for range 20 {
		a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
		rc, err := a.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		done := start(func() error {
			return rc.Read(func(uintptr) bool {
				go a.Close()
				for !a.Closed() {
					runtime.Gosched()
				}
				for range 1000 { // to where Close waits for this call
					runtime.Gosched()
				}
				return true
			})
		})
		if err := within(t, done); err != nil {
			t.Fatalf("got %v, want the function's result", err)
		}
	}
}
