package uds

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"

	"example.com/uds/socket"
)

// Read returns bytes of one message, as many as p has room for; the next calls
// return the rest. Empty messages are skipped. Bare io.EOF is the end of the
// connection and nothing else. Descriptors that come with a message are dropped.
func (c *SeqConn) Read(p []byte) (int, error) {
	if !c.ok() {
		return 0, c.check("read")
	}
	var t socket.Turn
	err := c.s.BeginRecv(&t)
	if err != nil {
		return 0, c.fail("read", err)
	}
	n := 0
	switch {
	case c.rest().Len() > 0:
		n = c.rest().Read(p)
	case len(p) > 0:
		for n == 0 && err == nil {
			var made *socket.Rest
			if n, made, err = t.RecvWholeOrPark(p, c.rest()); t.Parks() {
				if err = t.Woken(t.Park()); err == nil {
					continue
				}
			}
			if made != nil {
				c.keeping().rest.Store(made)
			}
			if n == 0 {
				err = c.nothing(&t, err)
			}
		}
	}
	t.End()
	if err != nil {
		return 0, c.fail("read", err)
	}
	return n, nil
}

// nothing judges a receive that brought no bytes. It returns nil if the next one
// may bring some: after an empty message, and after a reset, behind which the
// peer's last messages may be queued.
func (c *SeqConn) nothing(t *socket.Turn, err error) error {
	if err == nil {
		if err = c.ended(t); err == nil {
			err = t.Err() // a peer may send empty messages without end
		}
		return err
	}
	if c.noteReset(err) {
		return nil
	}
	return err
}

// ended decides whether a receive of no bytes was the end, and if so returns the
// error of the end. It was an empty message if the peer can still send, or if
// anything is queued behind it. AtEnd knows both, except that it does not see
// empty messages in the queue. The marker reveals those, and all others where
// AtEnd does not see the queue. ended turns it on, and on again if somebody else
// turned it off.
func (c *SeqConn) ended(t *socket.Turn) error {
	over, err := t.AtEnd()
	if !over {
		return err
	}
	if !c.mark.set(c.s) {
		if err != nil {
			return err
		}
		return c.end("recvfrom")
	}
	c.mark.lost(c.s)
	switch more, err := t.Marked(); {
	case err != nil:
		return c.nothing(t, err)
	case more:
		return nil
	}
	return c.end("recvfrom")
}

// writeToBuffers are what WriteTo receives into. One has room for the largest
// message that the default SO_SNDBUF allows, 212,960 bytes on Linux; the tail of
// a larger one comes with the next receive.
var writeToBuffers = sync.Pool{New: func() any { b := make([]byte, 216<<10); return &b }}

// WriteTo writes to w all that it receives until the end, with one Write per
// message of up to 216 KiB; it serves io.Copy. It returns the number of bytes written, and an
// error of w unchanged. Timeouts apply to each message. A Cancel during a Write
// to w ends WriteTo at the next message.
func (c *SeqConn) WriteTo(w io.Writer) (total int64, err error) {
	if err := c.check("read"); err != nil {
		return 0, err
	}
	buf := writeToBuffers.Get().(*[]byte)
	defer writeToBuffers.Put(buf)
	mark := c.s.RecvMark()
	for {
		n, err := c.readSince(mark, *buf)
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		m, err := w.Write((*buf)[:n])
		if m < 0 || m > n {
			return total, cmp.Or(err, errInvalidWrite)
		}
		total += int64(m)
		if err != nil {
			return total, err
		}
		if m < n {
			return total, io.ErrShortWrite
		}
	}
}

// errInvalidWrite is the error of a writer that returned an impossible count, as
// io.Copy has it.
var errInvalidWrite = errors.New("invalid write result")

// readSince is Read into a buffer that has room, for a call that began at mark: a
// Cancel since then ends it.
func (c *SeqConn) readSince(mark uint32, p []byte) (n int, err error) {
	var t socket.Turn
	if err = c.s.BeginRecv(&t); err != nil {
		return 0, c.fail("read", err)
	}
	if t.CancelledSince(mark) {
		err = context.Canceled
	} else if c.rest().Len() > 0 {
		n = c.rest().Read(p)
	}
	for n == 0 && err == nil {
		var made *socket.Rest
		if n, made, err = t.RecvWhole(p, c.rest()); made != nil {
			c.keeping().rest.Store(made)
		}
		if n == 0 {
			err = c.nothing(&t, err)
		}
	}
	t.End()
	return n, c.fail("read", err)
}
