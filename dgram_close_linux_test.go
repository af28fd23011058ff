package uds_test

import (
	"io"
	"net"
	"syscall"
	"testing"

	"example.com/uds"
)

func TestDgramCloseRead(t *testing.T) {
	for name, read := range map[string]func(c *uds.DgramConn) error{
		"Read":         func(c *uds.DgramConn) error { _, err := c.Read(make([]byte, 9)); return err },
		"Recv":         func(c *uds.DgramConn) error { _, err := c.Recv(make([]byte, 9)); return err },
		"ReadFromAddr": func(c *uds.DgramConn) error { _, _, err := c.ReadFromAddr(make([]byte, 9)); return err },
		"RecvMsg":      func(c *uds.DgramConn) error { return c.RecvMsg(&uds.Message{Buffers: [][]byte{make([]byte, 9)}}, 0) },
		"NextSize":     func(c *uds.DgramConn) error { _, err := c.NextSize(); return err },
		"RecvBatch":    func(c *uds.DgramConn) error { _, err := c.RecvBatch(make([]uds.Message, 4)); return err },
		"no wait":      func(c *uds.DgramConn) error { return c.RecvMsg(&uds.Message{}, uds.FlagNoWait) },
	} {
		t.Run(name, func(t *testing.T) {
			c := listenDgram(t)
			done := make(chan error, 1)
			if name != "no wait" {
				go func() { done <- read(c) }()
				parked(t, 1, "")
			}
			sendQueue := name == "no wait"
			if sendQueue {
				sendString(t, newDgram(t), "queued", addrOf(t, c))
				sendString(t, newDgram(t), "", addrOf(t, c))
			}
			must(t, c.CloseRead())
			if sendQueue {
				for _, want := range []string{"queued", ""} {
					if got := recvString(t, c); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				}
				done <- read(c)
			}
			if err := wantDone(t, done); err != io.EOF {
				t.Errorf("got %v, want bare io.EOF", err)
			}
			if err := read(c); err != io.EOF {
				t.Errorf("later: got %v, want bare io.EOF", err)
			}
			_, err := newDgram(t).WriteToAddr([]byte("x"), addrOf(t, c))
			wantError(t, "a send to it", err, syscall.EPIPE)
		})
	}
}

func TestDgramAfterClose(t *testing.T) {
	c := listenDgram(t)
	to := addrOf(t, c)
	must(t, c.Close())
	p := make([]byte, 1)
	for name, f := range map[string]func() error{
		"Close":        c.Close,
		"Read":         func() error { _, err := c.Read(p); return err },
		"Write":        func() error { _, err := c.Write(p); return err },
		"ReadFrom":     func() error { _, _, err := c.ReadFrom(p); return err },
		"WriteToAddr":  func() error { _, err := c.WriteToAddr(p, to); return err },
		"Recv":         func() error { _, err := c.Recv(p); return err },
		"Send":         func() error { return c.Send(p) },
		"Peek":         func() error { _, err := c.Peek(p); return err },
		"NextSize":     func() error { _, err := c.NextSize(); return err },
		"Readable":     func() error { _, err := c.Readable(); return err },
		"TakeError":    c.TakeError,
		"Bind":         func() error { return c.Bind(uds.Addr{}) },
		"Connect":      func() error { return c.Connect(to) },
		"Disconnect":   c.Disconnect,
		"CloseRead":    c.CloseRead,
		"Clone":        func() error { _, err := c.Clone(); return err },
		"Detach":       func() error { _, err := c.Detach(); return err },
		"File":         func() error { _, err := c.File(); return err },
		"SetDeadline":  func() error { return c.SetDeadline(past) },
		"SendMsg":      func() error { return c.SendMsg(&uds.Message{Addr: to}, 0) },
		"RecvMsg":      func() error { return c.RecvMsg(&uds.Message{}, 0) },
		"WriteMsgUnix": func() error { _, _, err := c.WriteMsgUnix(p, nil, nil); return err },
	} {
		wantError(t, name+" after Close", f(), net.ErrClosed)
	}
}
