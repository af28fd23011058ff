package uds

import (
	"context"
	"io"
	"net"
	"sync"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// pieceSize is the size of the messages that Write splits a large buffer into.
// The kernel puts 16 KiB of a message into one allocation and 17 pages behind
// it; a message above 85,696 bytes needs contiguous memory, which a fragmented
// host refuses with ENOBUFS.
const pieceSize = 85_600

// smallestPiece is where splitting on ENOBUFS or EMSGSIZE ends. It is smaller
// than the largest message that the smallest SO_SNDBUF allows, 4,608 on Linux.
const smallestPiece = 4096

// Write sends all of p, or fails and returns how much of p was sent. p is one
// message if the kernel takes one of that size, else several, with no other
// caller's message between them. An empty p sends nothing.
//
// A receiver other than this package that reads with too small a buffer loses
// the rest of a message: it needs a Write of its own for each bufferful.
func (c *SeqConn) Write(p []byte) (n int, err error) {
	if !c.ok() {
		return 0, c.check("write")
	}
	var t socket.Turn
	if err = c.s.BeginSend(&t); err != nil {
		return 0, c.fail("write", err)
	}
	switch {
	case len(p) > pieceSize:
		n, err = c.writeLarge(&t, p)
	case len(p) > 0:
		if n, err = t.Send(p, 0); err != nil && sizeRefused(err) {
			n, err = writePieces(&t, p, max(smallestPiece, len(p)/2))
		}
	}
	t.End()
	if err != nil {
		c.noteReset(err)
		return n, c.fail("write", err)
	}
	return n, nil
}

// writeLarge sends p in one message if SO_SNDBUF allows one of its size. It asks
// each time, because others who have the socket may change it.
func (c *SeqConn) writeLarge(t *socket.Turn, p []byte) (int, error) {
	size := pieceSize
	limit, err := t.SendBuffer()
	if err == nil {
		size = min(size, limit-sndbufOverhead)
	}
	if err == nil && len(p) <= limit-sndbufOverhead {
		n, err := t.Send(p, 0)
		if !sizeRefused(err) {
			return n, err
		}
	}
	return writePieces(t, p, size)
}

// writePieces sends p in messages of size bytes, smaller ones if need be.
func writePieces(t *socket.Turn, p []byte, size int) (n int, _ error) {
	for n < len(p) {
		m, err := t.Send(p[n:min(n+size, len(p))], 0)
		switch {
		case err == nil:
			n += m
		case sizeRefused(err) && size > smallestPiece:
			size = max(smallestPiece, size/2)
		default:
			return n, err
		}
	}
	return n, nil
}

// sizeRefused reports whether err says that the kernel does not take a message of
// that size, or has no memory for it in one piece.
func sizeRefused(err error) bool { return isErrno(err, sys.EMSGSIZE) || isErrno(err, sys.ENOBUFS) }

// readFromBuffers are what ReadFrom reads into.
var readFromBuffers = sync.Pool{New: func() any { b := make([]byte, pieceSize); return &b }}

// ReadFrom sends all that r has until its io.EOF, with one message per Read of
// r; it serves io.Copy. It returns the number of bytes sent, and an error of r
// unchanged. Other callers' messages may come between those of one ReadFrom.
// Timeouts apply to each message. A Cancel or Close during a Read of r ends
// ReadFrom when that Read returns.
func (c *SeqConn) ReadFrom(r io.Reader) (total int64, err error) {
	if err := c.check("write"); err != nil {
		return 0, err
	}
	if err := c.idle("write"); err != nil {
		return 0, err
	}
	buf := readFromBuffers.Get().(*[]byte)
	defer readFromBuffers.Put(buf)
	mark := c.s.SendMark()
	for {
		n, rerr := r.Read(*buf)
		var err error
		if n > 0 {
			var m int
			m, err = c.writeSince(mark, (*buf)[:n])
			total += int64(m)
		} else if rerr == nil || rerr == io.EOF {
			err = c.fail("write", c.overSince(mark))
		}
		switch {
		case err != nil:
			return total, err
		case rerr == io.EOF:
			return total, nil
		case rerr != nil:
			return total, rerr
		}
	}
}

// overSince returns the error of a call that began at mark, if something that a
// send would notice has ended it since.
func (c *SeqConn) overSince(mark uint32) error {
	switch {
	case c.s.Closed():
		return net.ErrClosed
	case c.s.SendMark() != mark:
		return context.Canceled
	}
	return nil
}

// writeSince is Write of at least one and at most pieceSize bytes, for a call
// that began at mark: a Cancel since then ends it.
func (c *SeqConn) writeSince(mark uint32, p []byte) (n int, err error) {
	var t socket.Turn
	if err = c.s.BeginSend(&t); err != nil {
		return 0, c.fail("write", err)
	}
	if t.CancelledSince(mark) {
		err = context.Canceled
	} else if n, err = t.Send(p, 0); err != nil && sizeRefused(err) {
		n, err = writePieces(&t, p, max(smallestPiece, len(p)/2))
	}
	t.End()
	if err != nil {
		c.noteReset(err)
	}
	return n, c.fail("write", err)
}
