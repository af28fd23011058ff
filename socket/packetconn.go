package socket

import (
	"net"
	"syscall"
)

// packetConn is a Socket as a net.PacketConn.
type packetConn struct{ adapter }

var (
	_ net.PacketConn = (*packetConn)(nil)
	_ syscall.Conn   = (*packetConn)(nil)
)

// PacketConn returns s as a net.PacketConn, for any family and any type that
// keeps message boundaries. Closing either closes both. Bind s first: the local
// address is the one that s has when PacketConn is called.
//
// Its errors are *net.OpError. ReadFrom silently cuts a message that p has no room
// for, as package net does; the sender's address is never nil. WriteTo takes the
// addresses that Sockaddr.Addr returns, and so those that ReadFrom and package net
// return. With a nil address it sends to the peer of a connected socket. The value
// also has SyscallConn, SetReadBuffer and SetWriteBuffer.
func (s *Socket) PacketConn() net.PacketConn {
	local, _ := s.Sockname() // fails on a closed socket, which then says so itself
	network := s.network()
	return &packetConn{adapter{s: s, net: network, local: local.Addr(network)}}
}

func (c *packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.s.RecvFrom(p, 0)
	if err != nil {
		return 0, nil, c.fail("read", nil, err)
	}
	return n, from.Addr(c.net), nil
}

func (c *packetConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	var to Sockaddr
	if addr != nil {
		var err error
		if to, err = c.s.destination(addr); err != nil {
			return 0, c.fail("write", addr, err)
		}
	}
	n, err := c.s.SendTo(p, 0, to)
	return n, c.fail("write", addr, err)
}
