//go:build linux

package uds

import (
	"errors"
	"net"
	"testing"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// lateReset returns a connection whose RecvBatch met a reset behind its messages.
func lateReset(t *testing.T) *DgramConn {
	t.Helper()
	a, b := own(t, DgramPair)
	if _, err := b.Write([]byte("unread")); err != nil {
		t.Fatal(err)
	}
	if err := a.Disconnect(); err != nil {
		t.Fatal(err)
	}
	if n := b.more(make([]socket.Msg, 1)); n != 0 {
		t.Fatalf("more: got %d messages, want none", n)
	}
	return b
}

// An error that a RecvBatch met behind its messages is that of the next call that
// the kernel would have given it to.
func TestErrorBehindABatchIsTheNextReceives(t *testing.T) {
	p := make([]byte, 1)
	for name, call := range map[string]func(c *DgramConn) error{
		"Read":         func(c *DgramConn) error { _, err := c.Read(p); return err },
		"ReadFrom":     func(c *DgramConn) error { _, _, err := c.ReadFrom(p); return err },
		"ReadFromUnix": func(c *DgramConn) error { _, _, err := c.ReadFromUnix(p); return err },
		"Recv":         func(c *DgramConn) error { _, err := c.Recv(p); return err },
		"Peek":         func(c *DgramConn) error { _, err := c.Peek(p); return err },
		"NextSize":     func(c *DgramConn) error { _, err := c.NextSize(); return err },
		"RecvMsg":      func(c *DgramConn) error { return c.RecvMsg(&Message{}, 0) },
		"RecvFiles":    func(c *DgramConn) error { _, _, err := c.RecvFiles(p, 1); return err },
		"RecvBatch":    func(c *DgramConn) error { _, err := c.RecvBatch(make([]Message, 2)); return err },
		"ReadMsgUnix":  func(c *DgramConn) error { _, _, _, _, err := c.ReadMsgUnix(p, nil); return err },
		"TakeError":    (*DgramConn).TakeError,
	} {
		t.Run(name, func(t *testing.T) {
			c := lateReset(t)
			if err := c.SetReadTimeout(20 * time.Second); err != nil { // a lost error would park it
				t.Fatal(err)
			}
			if err := call(c); !errors.Is(err, sys.ECONNRESET) {
				t.Errorf("got %v, want %v", err, sys.ECONNRESET)
			}
			if err := c.RecvMsg(&Message{}, FlagNoWait); !errors.Is(err, ErrWouldBlock) {
				t.Errorf("again: got %v, want %v", err, ErrWouldBlock)
			}
		})
	}
}

func TestErrorBehindABatchOfAClosedConnection(t *testing.T) {
	c := lateReset(t)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.RecvBatch(make([]Message, 1)); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %d, %v, want %v", n, err, net.ErrClosed)
	}
}
