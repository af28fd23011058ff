package socket

import (
	"context"
	"net"
	"syscall"
	"time"
)

// listener is a Socket as a net.Listener.
type listener struct{ adapter }

var (
	_ net.Listener = (*listener)(nil)
	_ syscall.Conn = (*listener)(nil)
)

// Listener returns s, a SockStream socket of any family that listens, as a
// net.Listener, whose connections are those that StreamConn makes. Closing
// either closes both. Bind s first: the address is the one that s has when
// Listener is called.
//
// Its errors are *net.OpError; the one of a full descriptor table is temporary, so
// http.Server tries again. A connection has the options that the system gives it:
// package net's TCP_NODELAY and keep-alive are not set. The value also has
// SetDeadline, which bounds Accept, and SyscallConn.
func (s *Socket) Listener() net.Listener {
	local, _ := s.Sockname() // fails on a closed socket, which then says so itself
	network := s.network()
	return &listener{adapter{s: s, net: network, local: local.Addr(network)}}
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	c, _, err := l.s.Accept(context.Background())
	if err != nil {
		return nil, l.fail("accept", err)
	}
	return c.StreamConn(), nil
}

// Addr returns the address that the socket was bound to when it was adapted.
func (l *listener) Addr() net.Addr { return l.local }

// Close closes the socket. A connection that was not accepted is reset.
func (l *listener) Close() error { return l.fail("close", l.s.Close()) }

// SetDeadline sets the point in time at which Accept fails; zero is none.
func (l *listener) SetDeadline(t time.Time) error {
	return l.fail("set", l.s.SetReadDeadline(t))
}

// fail wraps an error as package net's listeners do, without a source.
func (l *listener) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: op, Net: l.net, Addr: l.local, Err: err}
}
