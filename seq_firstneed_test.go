//go:build linux

package uds_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"example.com/uds"
)

// What a connection makes when it is first needed is made once: the tail of a Read
// stays where another goroutine needs it at the same time.
func TestTailBesideAnotherFirstNeed(t *testing.T) {
	for name, need := range map[string]func(c *uds.SeqConn) error{
		"SetOptions":  func(c *uds.SeqConn) error { return c.SetOptions(uds.Options{PassCredentials: true}) },
		"SyscallConn": func(c *uds.SeqConn) error { _, err := c.SyscallConn(); return err },
		"SendMsg": func(c *uds.SeqConn) error {
			return c.SendMsg(&uds.Message{Buffers: [][]byte{{1}, {2}}}, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 1000 {
				tailBeside(t, need)
			}
		})
	}
}

// tailBeside leaves a tail while need runs.
func tailBeside(t *testing.T, need func(c *uds.SeqConn) error) {
	a, b, err := uds.SeqPair()
	must(t, err)
	defer a.Close()
	defer b.Close()
	must(t, b.Send([]byte("0123456789")))
	var ready atomic.Int32
	together := func() {
		for ready.Add(1); ready.Load() < 2; {
			runtime.Gosched()
		}
	}
	done := make(chan error)
	go func() {
		together()
		done <- need(a)
	}()
	p := make([]byte, 4)
	together()
	n, err := a.Read(p)
	must(t, <-done)
	if left := a.Buffered(); n != 4 || err != nil || left != 6 {
		t.Fatalf("got %d bytes, %v, and %d buffered, want 4 and 6", n, err, left)
	}
}
