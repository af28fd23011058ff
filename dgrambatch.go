package uds

import "example.com/uds/socket"

// RecvBatch waits for a datagram and receives it and those queued behind it, at
// most len(ms), each as RecvMsg does. It returns how many it received. If that
// is not 0, the error is nil: each message says what was cut, and the next call
// reports the end.
func (c *DgramConn) RecvBatch(ms []Message) (int, error) { return recvBatch(c, ms) }

// SendBatch sends the datagrams, each as SendMsg does, and returns how many were
// sent. It stops at the first that fails and returns its error. Other callers'
// datagrams may come in between. A write timeout bounds all of them together.
func (c *DgramConn) SendBatch(ms []Message) (int, error) { return sendBatch(c, ms, sendNone) }

// more implements batcher.
func (c *DgramConn) more(ms []socket.Msg) int {
	var t socket.Turn
	err := c.s.TryBeginRecv(&t)
	if err != nil {
		return 0
	}
	defer t.End()
	n, err := t.RecvBatch(ms, FlagNoWait.recvFlags())
	if err != nil && err != ErrWouldBlock {
		late := err
		c.keeping().late.Store(&late)
	}
	return n
}

// late takes the error that a RecvBatch met behind its messages. The kernel
// reports such an error once. The next receive, which would have got it without
// the batch, returns it.
func (c *DgramConn) late() error {
	k := c.kept.Load()
	if k == nil || k.late.Load() == nil {
		return nil
	}
	if late := k.late.Swap(nil); late != nil {
		return *late
	}
	return nil
}

// sendNone sends nothing. Each datagram of a batch may have a destination of its
// own to wait for, and so is sent by SendMsg.
func sendNone([]Message, socket.Began) (int, error) { return 0, nil }
