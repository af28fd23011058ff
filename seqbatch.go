package uds

import "example.com/uds/socket"

// RecvBatch waits for a message and receives it and those queued behind it, at
// most len(ms), each as RecvMsg does. It returns how many it received. If that
// is not 0, the error is nil: each message says what was cut, and the next call
// reports the end.
func (c *SeqConn) RecvBatch(ms []Message) (int, error) { return recvBatch(c, ms) }

// SendBatch sends the messages, each as SendMsg does, and returns how many were
// sent whole. It stops at the first that fails and returns its error. Other
// callers' messages may come in between. A write timeout bounds all of them
// together. If the peer closes meanwhile, the error may be EPIPE, and the end
// io.EOF, although the peer had not received all: sendmmsg(2) drops the error
// that it meets behind the first message (net/socket.c).
func (c *SeqConn) SendBatch(ms []Message) (int, error) { return sendBatch(c, ms, c.sendPlain) }

// more implements batcher. It notes a reset for the call that reports it.
func (c *SeqConn) more(ms []socket.Msg) int {
	if !c.mark.set(c.s) {
		return 0
	}
	var t socket.Turn
	err := c.s.TryBeginRecv(&t)
	if err != nil {
		return 0
	}
	defer t.End()
	if c.rest().Len() > 0 {
		return 0
	}
	n, err := t.RecvBatch(ms, FlagNoWait.recvFlags())
	if c.noteReset(err) { // the kernel reports it ahead of what is queued
		n, _ = t.RecvBatch(ms, FlagNoWait.recvFlags())
	}
	if ms = ms[:n]; someUnmarked(ms) && c.mark.lost(c.s) {
		return unmarked(&t, ms)
	}
	return genuine(ms)
}

// maxPlain is the most messages that one sendPlain prepares. It is called again
// after each wait, and prepares again what was not sent: without a bound a batch
// would take time quadratic in its size. By default 278 small messages fill the
// queue.
const maxPlain = 256

// sendPlain sends, without waiting, the messages at the front of ms that have no
// ancillary data and not too many buffers, at most maxPlain, and returns how many it
// sent.
func (c *SeqConn) sendPlain(ms []Message, began socket.Began) (int, error) {
	bt := batches.Get().(*batch)
	defer bt.done()
	for i := range ms {
		if i == maxPlain || ms[i].OOB != nil || len(ms[i].Buffers) > maxBuffers {
			break
		}
		bt.msgs = append(bt.msgs, socket.Msg{Buffers: ms[i].Buffers})
	}
	if len(bt.msgs) < 2 {
		return 0, nil
	}
	var t socket.Turn
	err := c.beginSend(&t, began, FlagNoWait)
	if err != nil {
		return 0, nil // SendMsg waits, or finds the error again
	}
	n, err := t.SendBatch(bt.msgs, FlagNoWait.sendFlags())
	t.End()
	for i := range ms[:n] {
		ms[i].N = bt.msgs[i].N
	}
	if err == nil || err == ErrWouldBlock {
		return n, nil
	}
	ms[n].N = 0
	return n, c.sendFailed("sendmmsg", bytesIn(ms[n].Buffers), err)
}
