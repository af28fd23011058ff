package uds

import (
	"os"
	"syscall"
)

// share notes that the descriptor is in other hands too.
func (c *conn) share() {
	c.keeping().expect.share()
	c.mark.share()
}

// SyscallConn gives access to the descriptor, for calls that this package lacks.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if err := c.check("raw"); err != nil {
		return nil, err
	}
	rc, err := c.s.SyscallConn()
	if err != nil {
		return nil, c.failSet("raw", err)
	}
	c.share()
	return rawConn{c.failSet, c.fail, rc}, nil
}

// rawConn wraps the errors of a RawConn.
type rawConn struct {
	failSet, fail func(op string, err error) error
	rc            syscall.RawConn
}

func (r rawConn) Control(f func(fd uintptr)) error { return r.failSet("raw-control", r.rc.Control(f)) }

func (r rawConn) Read(f func(fd uintptr) bool) error { return r.fail("raw-read", r.rc.Read(f)) }

func (r rawConn) Write(f func(fd uintptr) bool) error { return r.fail("raw-write", r.rc.Write(f)) }

// File returns a duplicate of the connection's descriptor; the caller owns it.
func (c *conn) File() (*os.File, error) {
	if err := c.check("file"); err != nil {
		return nil, err
	}
	c.share()
	f, err := c.s.File()
	return f, c.fail("file", err)
}
