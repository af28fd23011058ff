package uds

import "example.com/uds/socket"

// Recv receives exactly one message into p. If p is too small it is filled, n
// is len(p) and the error is a *TruncatedError with the message's size; the
// rest is lost. An empty message is (0, nil) and the end of the connection
// bare io.EOF (Linux; where the two can not be told apart, an empty message
// that the peer sent before it closed is the end). Descriptors that come with
// the message are dropped.
func (c *SeqConn) Recv(p []byte) (int, error) { return c.recvPlain("read", p, 0) }

// Peek is Recv that leaves the message in the queue.
func (c *SeqConn) Peek(p []byte) (int, error) { return c.recvPlain("peek", p, FlagPeek) }

// NextSize waits for the next message and returns its size in bytes: of a
// message that Read began, what is left. The end is io.EOF.
func (c *SeqConn) NextSize() (int, error) {
	var r received
	if err := c.receive("peek", &r, FlagPeek); err != nil {
		return 0, err
	}
	return r.size, nil
}

// recvPlain receives a message without its ancillary data.
func (c *SeqConn) recvPlain(op string, p []byte, f Flags) (size int, err error) {
	if !c.ok() {
		return 0, c.check(op)
	}
	marked := c.mark.set(c.s)
	var t socket.Turn
	if err = c.s.BeginRecv(&t); err != nil {
		return 0, c.fail(op, err)
	}
	size = c.takeTail(p, f)
	done, again := size > 0, false
	for !done {
		var mark bool
		size, mark, err = t.RecvMarkedOrPark(p, f.recvFlags())
		if err == socket.ErrPark {
			if err = t.Woken(t.Park()); err == nil {
				continue
			}
		}
		if done = err == nil && (size > 0 || mark); !done {
			done, err = c.doubt(&t, err, marked, &again)
		}
	}
	t.End()
	if err != nil || size > len(p) {
		return c.failPlain(op, len(p), size, err)
	}
	return size, nil
}

// failPlain is the result of a recvPlain with room for n bytes that failed with
// err, or met a message of size bytes, which are more. It must not be inlined:
// see fail.
//
//go:noinline
func (c *SeqConn) failPlain(op string, n, size int, err error) (int, error) {
	if err != nil {
		return 0, c.fail(op, err)
	}
	return n, c.fail(op, &TruncatedError{Size: size})
}

// takeTail copies the tail that a Read left, if there is one, and returns its
// size. It is gone then unless f peeks.
func (c *SeqConn) takeTail(p []byte, f Flags) int {
	size := c.rest.Len()
	if size > 0 {
		copy(p, c.rest.Bytes())
		if f&FlagPeek == 0 {
			c.rest.Drop()
		}
	}
	return size
}

// doubt decides what a receive means that failed with err, or brought neither
// bytes nor a marker. It is done if that is the call's result. It is not done,
// and the receive has to be made again, after a reset, which is reported when
// nothing else is left to deliver, and after the first answer that looks like
// the end: only a second one is the end, as receiveTurn explains. again says
// whether there was a first. It must not be inlined: see fail.
//
//go:noinline
func (c *SeqConn) doubt(t *socket.Turn, err error, marked bool, again *bool) (done bool, _ error) {
	switch {
	case err != nil && c.noteReset(err):
		return false, nil
	case err != nil:
		return true, err
	case *again:
		return true, c.end("recvmsg")
	case !marked || c.mark.lost(c.s):
		return true, c.ended(t)
	}
	*again = true
	return false, nil
}

// receive receives one message.
func (c *SeqConn) receive(op string, r *received, f Flags) error {
	if !c.ok() {
		return c.check(op)
	}
	marked := c.mark.set(c.s)
	var t socket.Turn
	err := c.beginRecv(&t, f)
	if err != nil {
		return c.fail(op, err)
	}
	err = c.receiveTurn(&t, r, f, marked)
	t.End()
	if err != nil {
		return c.fail(op, err)
	}
	return nil
}

// receiveTurn is receive in a turn: first the tail that a Read left.
//
// No bytes and no marker look like the end, but are the end only if they come
// twice in a row. recvmsg(2) first looks at the queue and then whether the peer
// can still send (__unix_dgram_recvmsg in net/unix/af_unix.c). If the peer sends
// and closes between these two looks, the answer is that of the end although its
// message is queued. By the second receive all that the peer sent is queued.
func (c *SeqConn) receiveTurn(t *socket.Turn, r *received, f Flags, marked bool) error {
	if c.rest.Len() > 0 {
		if r.fill(c.rest.Bytes()); f&FlagPeek == 0 {
			c.rest.Drop()
		}
		return nil
	}
	in := message(&c.keeping().in)
	for again := false; ; {
		err := r.receive(t, in, f)
		switch {
		case err != nil && c.noteReset(err):
			continue
		case err != nil:
			return err
		case r.size > 0 || r.controln > 0 || r.flags&socket.MsgCtrunc != 0:
			return nil
		case again:
			return c.end("recvmsg")
		}
		if !marked || c.mark.lost(c.s) {
			return c.ended(t)
		}
		again = true
	}
}
