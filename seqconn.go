package uds

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// SeqConn is a SOCK_SEQPACKET connection. It has two faces, which may be mixed.
//
// The byte face, Read and Write, keeps the contracts of net.Conn: http.Server,
// crypto/tls and whatever else expects a stream runs over it without losing a
// byte. Read returns bytes of one message and keeps the tail for the next Read.
//
// The message face, Send, Recv and their relatives, moves exactly one message a
// call and tells an empty message from the end.
//
// A call of the message face first gets the tail that a Read left, as the rest
// of its message. A Clone and the descriptors of File and SyscallConn do not see
// it.
//
// All methods may be called at the same time. Receives take turns, and so do
// sends: no Write or Send comes between the pieces of another.
type SeqConn struct{ conn }

var (
	_ net.Conn      = (*SeqConn)(nil)
	_ syscall.Conn  = (*SeqConn)(nil)
	_ io.ReaderFrom = (*SeqConn)(nil)
	_ io.WriterTo   = (*SeqConn)(nil)
)

// newSeqConn makes a connection that owns s.
func newSeqConn(s *socket.Socket, n *names) *SeqConn {
	c := &SeqConn{}
	c.s = s
	c.names.p.Store(n)
	return c
}

// SeqPair returns two connections that are connected to each other. The caller
// closes both.
func SeqPair() (*SeqConn, *SeqConn, error) {
	a, b, err := socket.Pair(sys.AFUnix, sys.SockSeqpacket, 0)
	if err != nil {
		return nil, nil, opError("socketpair", networkSeq, nil, nil, noType(err))
	}
	return newSeqConn(a, nil), newSeqConn(b, nil), nil
}

// FileSeqConn returns a connection over a duplicate of f, which stays the
// caller's. A file that is not a connected AF_UNIX SOCK_SEQPACKET socket is an
// error. The socket's options stay as they are, except the one that tells an
// empty message from the end: see [SeqConn.File].
func FileSeqConn(f *os.File) (*SeqConn, error) {
	s, err := fileSocket(f, sys.SockSeqpacket, false)
	if err != nil {
		return nil, opError("file", networkSeq, nil, nil, err)
	}
	c := newSeqConn(s, nil)
	c.share()
	remote, err := c.Peername()
	if err != nil {
		s.Close()
		return nil, err
	}
	local, err := c.Sockname()
	if err != nil {
		s.Close()
		return nil, err
	}
	c.names.set(names{local, remote})
	return c, nil
}

// Close closes the connection. Calls in progress end with net.ErrClosed. The
// peer receives what was sent before, then the end, or ECONNRESET if it had
// sent something that was not received. Buffered bytes are dropped.
func (c *SeqConn) Close() error {
	if !c.ok() {
		return c.check("close")
	}
	c.boundFile().remove() // while the open socket pins the file's inode number
	if err := c.s.Close(); err != nil {
		return c.fail("close", err)
	}
	c.rest().Drop()
	return nil
}

// Detach closes the connection and returns its socket as a file, which is the
// caller's. Calls in progress end with net.ErrClosed. The socket file of
// Dialer.LocalAddr stays. While Buffered is not zero, or if no descriptor is
// available, Detach fails and changes nothing. A Read of as many bytes as
// Buffered returns takes them without waiting, unless its deadline has passed. A
// reset that a receive has met and not yet returned does not go with the file:
// TakeError returns it before Detach.
func (c *SeqConn) Detach() (*os.File, error) {
	if !c.ok() {
		return nil, c.check("detach")
	}
	if err := c.noTail(); err != nil { // without disturbing anybody
		return nil, c.fail("detach", err)
	}
	f, err := c.s.Detach(c.detachable)
	if err != nil {
		return nil, c.fail("detach", err)
	}
	c.unmark(f)
	return f, nil
}

// noTail returns the error of a Detach while there is a tail.
func (c *SeqConn) noTail() error {
	if n := c.rest().Len(); n > 0 {
		return sysError(fmt.Sprintf("detach with %d bytes buffered", n), sys.EBUSY)
	}
	return nil
}

// detachable returns the error of a Detach while there is a tail, or after a
// Close that has removed the file.
func (c *SeqConn) detachable() error {
	if err := c.noTail(); err != nil {
		return err
	}
	if !c.boundFile().leave() {
		return net.ErrClosed
	}
	return nil
}

// unmark turns the marker off for the next owner of the socket, unless somebody
// asked for timestamps. No call of c is left that could turn it on again.
func (c *SeqConn) unmark(f *os.File) {
	all := c.siblings()
	if all == nil || !all.stamps.Load() {
		c.mark.clear(f)
	}
	if all != nil && all.stamps.Load() { // perhaps asked for meanwhile
		stamp(f, 1)
	}
}

// Clone returns a second connection over the same socket, with deadlines and a
// lifetime of its own. The caller closes it. Both share the options and the
// queue, but not the tail of a Read, nor a reset that a receive of the other has
// met and not yet returned. One of these options tells an empty message
// from the end, as File describes: a Detach of either turns it off, and the
// other turns it on again.
func (c *SeqConn) Clone() (*SeqConn, error) {
	if err := c.check("clone"); err != nil {
		return nil, err
	}
	s, err := c.s.Clone()
	if err != nil {
		return nil, c.fail("clone", err)
	}
	d := newSeqConn(s, c.names.p.Load())
	c.join(&d.conn)
	return d, nil
}

// Buffered returns how many bytes of a message a Read left for the next.
func (c *SeqConn) Buffered() int {
	if !c.ok() {
		return 0
	}
	return c.rest().Len()
}

// Readable returns how many bytes can be received without waiting: the
// buffered ones and all that is queued.
func (c *SeqConn) Readable() (int, error) {
	if err := c.check("readable"); err != nil {
		return 0, err
	}
	n, err := c.s.Readable()
	return n + c.rest().Len(), c.fail("readable", err)
}

// TakeError returns the connection's pending error, if any, and clears it. A
// reset that a receive has found and not yet reported counts as one.
func (c *SeqConn) TakeError() error {
	if err := c.check("get"); err != nil {
		return err
	}
	e, err := c.s.Int(sys.SolSocket, sys.SoError)
	switch {
	case err != nil:
		return c.fail("get", err)
	case e != 0:
		return c.fail("get", sysError("getsockopt", sys.Errno(e)))
	case c.reset.CompareAndSwap(resetFound, resetTold):
		return c.fail("get", sysError("getsockopt", sys.ECONNRESET))
	}
	return nil
}

// States of conn.reset. The kernel reports a reset before what the peer sent
// ahead of it; here it is kept for the first receive that has nothing else to
// deliver.
const (
	resetNone = iota
	resetFound
	resetTold
)

// noteReset notes a reset that a call met, and reports whether err is one.
func (c *SeqConn) noteReset(err error) bool {
	if !isErrno(err, sys.ECONNRESET) {
		return false
	}
	c.reset.CompareAndSwap(resetNone, resetFound)
	return true
}

// end returns the error of a receive at the end of the connection.
func (c *SeqConn) end(call string) error {
	if c.reset.CompareAndSwap(resetFound, resetTold) {
		return sysError(call, sys.ECONNRESET)
	}
	return io.EOF
}
