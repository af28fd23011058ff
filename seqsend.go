package uds

import "example.com/uds/socket"

// Send sends p as one message, even if it is empty. It waits while the queue is
// full. A message larger than SO_SNDBUF allows is EMSGSIZE, and the error states
// the limit; one for which the kernel has no memory in one piece is ENOBUFS.
func (c *SeqConn) Send(p []byte) error {
	if !c.ok() {
		return c.check("write")
	}
	var t socket.Turn
	err := c.s.BeginSend(&t)
	if err != nil {
		return c.fail("write", err)
	}
	_, err = t.Send(p, 0)
	t.End()
	if err != nil {
		return c.sendFailed("sendto", len(p), err)
	}
	return nil
}

// transmit sends one message.
func (c *SeqConn) transmit(o *outgoing, f Flags) error {
	if !c.ok() {
		return c.check("write")
	}
	var t socket.Turn
	err := c.beginSend(&t, o.began, f)
	if err != nil {
		return c.fail("write", err)
	}
	if p, ok := o.single(); !ok {
		err = o.send(&t, message(&c.keeping().out), f)
	} else if len(o.control) == 0 {
		o.n, err = t.Send(p, f.sendFlags())
	} else {
		o.n, err = t.SendOne(p, o.control, f.sendFlags())
	}
	t.End()
	if err != nil {
		return c.sendFailed("sendmsg", o.size(), err)
	}
	return nil
}

// sendFailed returns the error of a send of n bytes that failed with err.
func (c *SeqConn) sendFailed(call string, n int, err error) error {
	c.noteReset(err)
	return c.fail("write", c.limitError(call, n, err))
}
