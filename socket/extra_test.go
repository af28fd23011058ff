//go:build unix

package socket_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds/socket"
)

// What a socket makes when it is first needed is made once: nothing that is set is
// lost where several goroutines need it at the same time.
func TestFirstNeedsAtTheSameTime(t *testing.T) {
	const spin, timeout = 5 * time.Second, time.Hour
	at := time.Now().Add(time.Hour)
	for range 10_000 {
		s, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0)
		if err != nil {
			t.Fatal(err)
		}
		together(
			func() { s.SetSpin(spin) },
			func() { s.SetReadTimeout(timeout) },
			func() { s.SetReadDeadline(at) },
		)
		if socket.SpinSetting(s) != spin || s.ReadTimeout() != timeout || socket.ReadDeadline(s).Before(at) {
			t.Fatalf("got spin %v, timeout %v, deadline %v, want %v, %v, %v", socket.SpinSetting(s), s.ReadTimeout(), socket.ReadDeadline(s), spin, timeout, at)
		}
		s.Close()
	}
}

// together runs the functions at the same time.
func together(fs ...func()) {
	var ready atomic.Int32
	done := make(chan struct{})
	for _, f := range fs {
		go func() {
			for ready.Add(1); int(ready.Load()) < len(fs); {
				runtime.Gosched()
			}
			f()
			done <- struct{}{}
		}()
	}
	for range fs {
		<-done
	}
}
