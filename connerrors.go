package uds

import (
	"fmt"
	"net"

	"example.com/uds/internal/sys"
)

// fail wraps err, unless it is nil, as the error of an operation.
//
// It must not be inlined: its variables would make the stack frames of its
// callers larger, and the stack of a parked call is most of the memory of an
// idle connection.
//
//go:noinline
func (c *conn) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if !c.ok() {
		return opError(op, networkSeq, nil, nil, err)
	}
	return opError(op, c.network(), c.errorSource(), c.errorPeer(), c.closedFirst(err))
}

// errorPeer returns the peer's address for an error: as in package net, nil for
// a datagram socket without a named peer.
func (c *conn) errorPeer() net.Addr {
	remote := c.addrs().remote
	if remote.IsUnnamed() && c.network() == networkDgram {
		return nil
	}
	return addrInError(remote, c.network())
}

// errorSource returns the local address for an error.
func (c *conn) errorSource() net.Addr { return addrInError(c.addrs().local, c.network()) }

// failSet is fail for an operation on the socket alone: as in package net, Addr
// is the local address and there is no Source.
func (c *conn) failSet(op string, err error) error {
	if err == nil || !c.ok() {
		return c.fail(op, err)
	}
	return opError(op, c.network(), nil, c.LocalAddr(), c.closedFirst(err))
}

// closedFirst returns err, or net.ErrClosed if the connection is closed and err
// blames an argument: after Close every call fails with net.ErrClosed, whatever
// its arguments.
func (c *conn) closedFirst(err error) error {
	if err == net.ErrClosed || !c.s.Closed() {
		return err
	}
	for _, e := range []sys.Errno{sys.EINVAL, sys.EAFNOSUPPORT, sys.EBADF} {
		if isErrno(err, e) {
			return net.ErrClosed
		}
	}
	return err
}

// closedOr returns err, or net.ErrClosed in its place if the connection is
// closed: then err may stem from a look at the file system.
func (c *conn) closedOr(err error) error {
	if err != nil && c.s.Closed() {
		return net.ErrClosed
	}
	return err
}

// idle returns the error of a call that has nothing to do: net.ErrClosed if the
// connection is closed, else nil.
func (c *conn) idle(op string) error {
	if c.s.Closed() {
		return c.fail(op, net.ErrClosed)
	}
	return nil
}

// failDest returns the error of a send to an address that cannot be reached.
func (c *conn) failDest(err error, to *net.UnixAddr) error {
	return opError("write", c.network(), c.LocalAddr(), to, c.closedOr(err))
}

// limitError returns err, the error of a message of n bytes, with the limit if
// it is EMSGSIZE.
func (c *conn) limitError(call string, n int, err error) error {
	if !isErrno(err, sys.EMSGSIZE) {
		return err
	}
	limit, e := c.s.Int(sys.SolSocket, sys.SoSndbuf)
	if e != nil {
		return err
	}
	return sysError(fmt.Sprintf("%s of %d bytes, the limit is %d", call, n, limit-sndbufOverhead), sys.EMSGSIZE)
}

// sndbufOverhead is how many bytes the largest message falls short of SO_SNDBUF:
// unix_dgram_sendmsg in net/unix/af_unix.c.
const sndbufOverhead = 32
