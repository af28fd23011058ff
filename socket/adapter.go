package socket

import (
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// adapter is what both adapters share: a socket, its names at the time it was
// adapted, and the errors of package net.
type adapter struct {
	s             *Socket
	net           string
	local, remote net.Addr
}

// fail wraps an error as package net does. io.EOF stays bare.
func (a *adapter) fail(op string, addr net.Addr, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: a.net, Source: a.local, Addr: addr, Err: err}
}

// Close closes the socket.
func (a *adapter) Close() error { return a.fail("close", a.local, a.s.Close()) }

// LocalAddr returns the address that the socket was bound to when it was
// adapted.
func (a *adapter) LocalAddr() net.Addr { return a.local }

func (a *adapter) SetDeadline(t time.Time) error {
	return a.fail("set", a.local, a.s.SetDeadline(t))
}

func (a *adapter) SetReadDeadline(t time.Time) error {
	return a.fail("set", a.local, a.s.SetReadDeadline(t))
}

func (a *adapter) SetWriteDeadline(t time.Time) error {
	return a.fail("set", a.local, a.s.SetWriteDeadline(t))
}

// SyscallConn returns the socket's RawConn.
func (a *adapter) SyscallConn() (syscall.RawConn, error) {
	rc, err := a.s.SyscallConn()
	return rc, a.fail("raw", a.local, err)
}

// SetReadBuffer and SetWriteBuffer set SO_RCVBUF and SO_SNDBUF in bytes.
func (a *adapter) SetReadBuffer(bytes int) error {
	return a.fail("set", a.local, a.s.SetReadBuffer(bytes))
}

func (a *adapter) SetWriteBuffer(bytes int) error {
	return a.fail("set", a.local, a.s.SetWriteBuffer(bytes))
}

// destination returns addr as the socket's family takes it: an AF_INET6 socket
// speaks IPv4 through IPv4-mapped addresses.
func (s *Socket) destination(addr net.Addr) (Sockaddr, error) {
	sa, err := FromAddr(addr)
	if err != nil || s.Family() != AFInet6 || sa.Family() != AFInet {
		return sa, err
	}
	ap, _ := sa.Inet()
	return Inet(netip.AddrPortFrom(netip.AddrFrom16(ap.Addr().As16()), ap.Port()))
}
