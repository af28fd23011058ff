package socket

import (
	"io"
	"net"
	"syscall"
)

// streamConn is a Socket as a net.Conn.
type streamConn struct{ adapter }

var (
	_ net.Conn     = (*streamConn)(nil)
	_ syscall.Conn = (*streamConn)(nil)
)

// StreamConn returns s, a connected SockStream socket of any family, as a
// net.Conn. Closing either closes both. The addresses are those that s has when
// StreamConn is called.
//
// Its errors are *net.OpError, but for io.EOF, which is bare. A Write sends all
// of p, with no other Write in between, or says how much it sent. The value
// also has CloseRead, CloseWrite, SyscallConn, SetReadBuffer and
// SetWriteBuffer.
//
// Over SockSeqpacket a Read loses the part of a message that p has no room
// for and takes an empty message for the end: uds.SeqConn does not.
func (s *Socket) StreamConn() net.Conn {
	local, _ := s.Sockname() // fails on a closed socket, which then says so itself
	remote, _ := s.Peername()
	network := s.network()
	return &streamConn{adapter{s: s, net: network, local: local.Addr(network), remote: remote.Addr(network)}}
}

// RemoteAddr returns the address that the socket was connected to when it was
// adapted.
func (c *streamConn) RemoteAddr() net.Addr { return c.remote }

func (c *streamConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, c.fail("read", c.remote, c.s.usable(&c.s.r))
	}
	n, err := c.s.Recv(p, 0)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, c.fail("read", c.remote, err)
}

func (c *streamConn) Write(p []byte) (int, error) {
	var t Turn
	err := c.s.BeginSend(&t)
	if err != nil {
		return 0, c.fail("write", c.remote, err)
	}
	defer t.End()
	sent := 0
	for sent < len(p) {
		n, err := t.Send(p[sent:], 0)
		if err != nil {
			return sent, c.fail("write", c.remote, err)
		}
		sent += n
	}
	return sent, nil
}

// CloseRead ends receiving.
func (c *streamConn) CloseRead() error {
	return c.fail("close", c.remote, c.s.Shutdown(ShutRead))
}

// CloseWrite ends sending: the peer reads what was sent, then io.EOF.
func (c *streamConn) CloseWrite() error {
	return c.fail("close", c.remote, c.s.Shutdown(ShutWrite))
}
