package uds

import (
	"io"
	"sync"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// pieceSize is the size of the messages that Write splits a large buffer into.
// The kernel puts 16 KiB of a message into one allocation and 17 pages behind
// it; a message above 85,696 bytes needs contiguous memory, which a fragmented
// host refuses with ENOBUFS.
const pieceSize = 85_600

// smallestPiece is where splitting on ENOBUFS ends: one page.
const smallestPiece = 4096

// Write sends all of p or fails; then n says how much of it was sent. It is
// one message whenever the kernel takes the size, else several, with no other
// caller's message between them. An empty p sends nothing.
func (c *SeqConn) Write(p []byte) (n int, err error) {
	if !c.ok() {
		return 0, c.check("write")
	}
	t, err := c.s.BeginSend()
	if err != nil {
		return 0, c.fail("write", err)
	}
	if len(p) > 0 {
		n, err = t.Send(p, 0)
	}
	if err != nil {
		n, err = c.writeSlow(&t, p, err)
	}
	t.End()
	if err != nil {
		return n, c.fail("write", err)
	}
	return n, nil
}

// writeSlow goes on after the send of all p failed with err.
func (c *SeqConn) writeSlow(t *socket.Turn, p []byte, err error) (n int, _ error) {
	if !isSize(err) {
		c.noteReset(err)
		return 0, err
	}
	size := c.firstPiece(len(p), err)
	for n < len(p) {
		m, err := t.Send(p[n:min(n+size, len(p))], 0)
		switch {
		case err == nil:
			n += m
		case isSize(err) && size > smallestPiece:
			size = max(smallestPiece, size/2)
		default:
			c.noteReset(err)
			return n, err
		}
	}
	return n, nil
}

// firstPiece is the size of the pieces of n bytes that failed with err.
func (c *SeqConn) firstPiece(n int, err error) int {
	size := pieceSize
	if isErrno(err, sys.EMSGSIZE) {
		if limit, err := c.s.Int(sys.SolSocket, sys.SoSndbuf); err == nil {
			size = min(size, max(smallestPiece, limit-sndbufOverhead))
		}
	}
	if n <= size { // it was one piece, and refused
		size = max(smallestPiece, n/2)
	}
	return size
}

// readFromBuffers are what ReadFrom reads into.
var readFromBuffers = sync.Pool{New: func() any { b := make([]byte, pieceSize); return &b }}

// ReadFrom sends all that r has, until its io.EOF, a message for each Read of
// it; it serves io.Copy. It returns the number of bytes sent. Messages of other
// callers may come between those of one ReadFrom.
func (c *SeqConn) ReadFrom(r io.Reader) (total int64, err error) {
	if err := c.check("write"); err != nil {
		return 0, err
	}
	buf := readFromBuffers.Get().(*[]byte)
	defer readFromBuffers.Put(buf)
	for {
		n, rerr := r.Read(*buf)
		if n > 0 {
			m, err := c.Write((*buf)[:n])
			total += int64(m)
			if err != nil {
				return total, err
			}
		}
		if rerr == io.EOF {
			return total, nil
		}
		if rerr != nil {
			return total, rerr
		}
	}
}
