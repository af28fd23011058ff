package socket

import "example.com/uds/internal/sys"

// Bind gives the socket a local address, as bind(2) does. For AF_UNIX the
// unnamed address autobinds (Linux).
func (s *Socket) Bind(sa Sockaddr) error {
	err := s.control("bind", func(fd int) sys.Errno { return sys.Bind(fd, &sa.raw) })
	return s.explainAddr(err, &sa)
}

// Listen makes the socket accept connections, as listen(2) does. The kernel limits
// backlog to net.core.somaxconn.
func (s *Socket) Listen(backlog int) error {
	s.facts.And(^uint32(factFresh))
	return s.control("listen", func(fd int) sys.Errno { return sys.Listen(fd, backlog) })
}

// Disconnect dissolves a datagram socket's association with its peer. On
// SOCK_SEQPACKET and other connections of AF_UNIX the error is EINVAL. On systems
// other than Linux, which lack it, it is errors.ErrUnsupported.
func (s *Socket) Disconnect() error { return s.control("connect", sys.Disconnect) }

// Sockname returns the local address, as getsockname(2) does.
func (s *Socket) Sockname() (Sockaddr, error) { return s.nameOf("getsockname", sys.Sockname) }

// Peername returns the peer's address, as getpeername(2) does.
func (s *Socket) Peername() (Sockaddr, error) { return s.nameOf("getpeername", sys.Peername) }

func (s *Socket) nameOf(call string, f func(int) (sys.Sockaddr, sys.Errno)) (sa Sockaddr, err error) {
	err = s.control(call, func(fd int) (e sys.Errno) {
		sa.raw, e = f(fd)
		return e
	})
	return sa, err
}
