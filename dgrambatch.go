package uds

import "example.com/uds/socket"

// RecvBatch waits for a datagram and receives it with those queued behind it, at
// most len(ms), each as RecvMsg does. It returns how many it received. If that is
// not 0 there is no error: whether something was cut is in each message, and the
// end comes with the next call.
func (c *DgramConn) RecvBatch(ms []Message) (int, error) { return recvBatch(c, ms) }

// SendBatch sends the datagrams, each as SendMsg does, and returns how many were
// sent. It stops at the first that fails and returns that one's error. Datagrams of
// other callers may come in between. A write timeout is that of all together.
func (c *DgramConn) SendBatch(ms []Message) (int, error) { return sendBatch(c, ms, sendNone) }

// more is of batcher.
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
// reports such an error once, and without the batch the next receive would have
// got it: so it does.
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

// sendNone is what a datagram socket sends without waiting: nothing. Each
// datagram may have a destination of its own to wait for, and goes by SendMsg.
func sendNone([]Message, socket.Began) (int, error) { return 0, nil }
