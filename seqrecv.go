package uds

import "example.com/uds/socket"

// Recv receives exactly one message into p. If p is too small it is filled, n
// is len(p) and the error is a *TruncatedError with the message's size; the
// rest is lost. An empty message is (0, nil) and the end of the connection
// bare io.EOF (Linux; where the two cannot be told apart, an empty message
// that the peer sent before it closed is the end). Descriptors that come with
// the message are dropped.
func (c *SeqConn) Recv(p []byte) (int, error) { return c.recvPlain(p, 0) }

// Peek is Recv, but leaves the message in the queue.
func (c *SeqConn) Peek(p []byte) (int, error) { return c.recvPlain(p, FlagPeek) }

// NextSize waits for the next message and returns its size in bytes; for a
// message that Read began, that is what is left. The end is io.EOF. Systems
// other than Linux do not tell the size, and the error is errors.ErrUnsupported.
func (c *SeqConn) NextSize() (int, error) {
	if socket.MsgSize == 0 && c.ok() {
		return 0, c.fail("peek", socket.Unsupported("recvmsg"))
	}
	var r received
	if err := c.receive("peek", &r, FlagPeek); err != nil {
		return 0, err
	}
	return r.size, nil
}

// recvPlain receives a message without its ancillary data.
func (c *SeqConn) recvPlain(p []byte, f Flags) (size int, err error) {
	if !c.ok() {
		return c.failPlain(f, 0, 0, errInvalid)
	}
	if socket.MsgSize == 0 {
		return recvSizeless(c, p, f)
	}
	marked := c.mark.set(c.s)
	var t socket.Turn
	if f&FlagNoWait == 0 {
		err = c.s.BeginRecv(&t)
	} else {
		err = c.s.TryBeginRecv(&t)
	}
	if err != nil {
		return c.failPlain(f, 0, 0, err)
	}
	size = c.takeTail(p, f)
	done, again := size > 0, false
	for !done {
		var mark bool
		size, mark, err = t.RecvMarkedOrPark(p, f.recvFlags())
		if t.Parks() {
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
		return c.failPlain(f, len(p), size, err)
	}
	return size, nil
}

// failPlain returns the result of a recvPlain with room for n bytes that failed
// with err, or met a larger message, of size bytes. It must not be inlined: see
// fail.
//
//go:noinline
func (c *SeqConn) failPlain(f Flags, n, size int, err error) (int, error) {
	if err != nil {
		return 0, c.fail(f.op(), err)
	}
	return n, c.fail(f.op(), &TruncatedError{Size: size})
}

// takeTail copies the tail that a Read left, if there is one, and returns its
// size. The tail is gone then, unless f peeks.
func (c *SeqConn) takeTail(p []byte, f Flags) int {
	size := c.rest().Len()
	if size > 0 {
		copy(p, c.rest().Bytes())
		if f&FlagPeek == 0 {
			c.rest().Drop()
		}
	}
	return size
}

// doubt judges a receive that failed with err, or that brought neither bytes nor
// a marker. done says that the outcome is the call's result. Otherwise the
// receive must be repeated: after a reset, which is reported when nothing else
// is left to deliver, and after the first answer that looks like the end,
// because only a second one is the end. again says whether there was a first. It
// must not be inlined: see fail.
//
// The first such answer proves nothing because recvmsg(2) looks at the queue
// and then whether the peer can still send (__unix_dgram_recvmsg in
// net/unix/af_unix.c). If the peer sends and closes between these two looks, the
// answer is that of the end although its message is queued. By the second
// receive all that the peer sent is queued.
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
func (c *SeqConn) receive(op string, r *received, f Flags) (err error) {
	if p, ok := r.single(); ok {
		r.size, r.control, r.flags, err = c.recvOne(op, p, r.control, r.grow, f)
		r.n, r.controln = min(r.size, len(p)), len(r.control)
		return err
	}
	return c.recvMany(op, r, f)
}

// recvOne receives one message into p, and control messages into control or what
// room returns, as [socket.Turn.RecvOne] does. The tail that a Read left comes
// first.
func (c *SeqConn) recvOne(op string, p, control []byte, room func() []byte, f Flags) (size int, got []byte, flags int, err error) {
	if !c.ok() {
		return 0, nil, 0, c.check(op)
	}
	marked := c.mark.set(c.s)
	var t socket.Turn
	if err = c.beginRecv(&t, f); err != nil {
		return 0, nil, 0, c.fail(op, err)
	}
	size = c.takeTail(p, f)
	done, again := size > 0, false
	for !done {
		size, got, flags, err = t.RecvOne(p, control, room, f.recvFlags())
		size = fullSize(size, flags)
		if done = err == nil && came(size, len(got), flags); !done {
			done, err = c.doubt(&t, err, marked, &again)
		}
	}
	t.End()
	if err != nil {
		err = c.fail(op, err)
	}
	return size, got, flags, err
}

// came reports whether a receive brought a message: bytes, the marker, or what
// it had no room for.
func came(size, controln, flags int) bool {
	return size > 0 || controln > 0 || flags&socket.MsgCtrunc != 0
}

// recvMany is receive into several buffers, or without ancillary data.
func (c *SeqConn) recvMany(op string, r *received, f Flags) error {
	if !c.ok() {
		return c.check(op)
	}
	marked := c.mark.set(c.s)
	var t socket.Turn
	err := c.beginRecv(&t, f)
	if err != nil {
		return c.fail(op, err)
	}
	done, again := c.fillTail(r, f), false
	for !done {
		err = r.receive(&t, message(&c.keeping().in), f)
		if done = err == nil && came(r.size, r.controln, r.flags); !done {
			done, err = c.doubt(&t, err, marked, &again)
		}
	}
	t.End()
	if err != nil {
		return c.fail(op, err)
	}
	return nil
}

// fillTail receives the tail that a Read left, if there is one, into r. The tail
// is gone then, unless f peeks.
func (c *SeqConn) fillTail(r *received, f Flags) bool {
	if c.rest().Len() == 0 {
		return false
	}
	if r.fill(c.rest().Bytes()); f&FlagPeek == 0 {
		c.rest().Drop()
	}
	return true
}
