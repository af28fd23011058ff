package uds

import (
	"net"
	"os"
	"sync"
	"syscall"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// DgramConn is a SOCK_DGRAM socket, connected or not. It keeps the contracts of
// net.Conn and net.PacketConn as *net.UDPConn does: a Read or ReadFrom returns
// one datagram, silently cut if p is too small and (0, nil) if it is empty, and
// a Write sends one, even an empty one. Recv reports what did not fit.
//
// Datagrams of this family are reliable and arrive in order. A send waits while
// the receiver's queue is full; on Linux that holds net.unix.max_dgram_qlen
// datagrams and one more. A send to an address waits for that receiver alone:
// sends to others pass it, and the process's sends to the same receiver wait in
// line. Sends of several connections to their common peer do not, as with
// package net: if many wait, one may wait long.
//
// What was sent and not yet received counts against the sender's SO_SNDBUF. That
// is the only limit if the receiver is connected to the sender, as a client that
// dialled a server is, and both ends of DgramPair are: a client that does not
// receive its answers can hold up those to others, too.
//
// A Read does not end when the peer closes. CloseRead ends it, with io.EOF.
//
// An address that is returned as a net.Addr is a *net.UnixAddr that must not be
// modified. It is never nil: a sender that is not bound has the unnamed address.
//
// All methods may be called at the same time.
type DgramConn struct {
	conn
	redial bool

	senders senders // of the call that has the receiving turn
	dests   dests   // of the call that has the sending turn

	peering *sync.Mutex // orders changes of the names, clones' too; locked after the sending turn

	mu   sync.Mutex
	file *sockFile // that the socket is bound to; nil: none, or not ours
	keep bool      // Close leaves the file
}

var (
	_ net.Conn       = (*DgramConn)(nil)
	_ net.PacketConn = (*DgramConn)(nil)
	_ syscall.Conn   = (*DgramConn)(nil)
)

// newDgramConn makes a connection that owns s.
func newDgramConn(s *socket.Socket, n *names) *DgramConn {
	c := &DgramConn{peering: new(sync.Mutex)}
	c.s = s
	c.names.p.Store(n)
	c.mark.never() // a datagram socket has no end to tell from an empty datagram
	return c
}

// NewDgram returns a socket that is neither bound nor connected. The caller
// closes it.
func NewDgram() (*DgramConn, error) {
	s, err := socket.New(sys.AFUnix, sys.SockDgram, 0)
	if err != nil {
		return nil, opError("socket", networkDgram, nil, nil, noType(err))
	}
	return newDgramConn(s, nil), nil
}

// DgramPair returns two connections that are connected to each other. The caller
// closes both.
func DgramPair() (*DgramConn, *DgramConn, error) {
	a, b, err := socket.Pair(sys.AFUnix, sys.SockDgram, 0)
	if err != nil {
		return nil, nil, opError("socketpair", networkDgram, nil, nil, noType(err))
	}
	return newDgramConn(a, nil), newDgramConn(b, nil), nil
}

// FileDgramConn returns a connection over a duplicate of f, which stays the
// caller's. A file that is not an AF_UNIX SOCK_DGRAM socket is an error. Close
// does not remove the socket file that f is bound to.
func FileDgramConn(f *os.File) (*DgramConn, error) {
	s, err := fileSocket(f, sys.SockDgram, false)
	if err != nil {
		return nil, opError("file", networkDgram, nil, nil, err)
	}
	sa, err := s.Sockname()
	if err != nil {
		s.Close()
		return nil, opError("file", networkDgram, nil, nil, err)
	}
	n := names{local: addrOfRaw(&sa)}
	if sa, err := s.Peername(); err == nil {
		n.remote = addrOfRaw(&sa)
	}
	c := newDgramConn(s, &n)
	c.share()
	return c, nil
}

// Close closes the socket. Calls in progress end with net.ErrClosed. The socket
// file is removed if it is the one that this connection bound.
func (c *DgramConn) Close() error {
	if !c.ok() {
		return c.check("close")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.file.remove() // while the open socket pins the file's inode number
	return c.fail("close", c.s.Close())
}

// SetUnlinkOnClose sets whether Close removes the socket file. By default Close
// does, unless ListenConfig.KeepFile is set. It has no effect on a connection of
// FileDgramConn or Clone, whose Close removes only what its own Bind made.
func (c *DgramConn) SetUnlinkOnClose(unlink bool) {
	if !c.ok() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep = !unlink
	if c.file != nil {
		c.file.keep.Store(c.keep)
	}
}

// Detach closes the connection and returns its socket as a file, which is the
// caller's. Calls in progress end with net.ErrClosed. The socket file stays. If
// no descriptor is available, Detach fails and changes nothing.
func (c *DgramConn) Detach() (*os.File, error) {
	if !c.ok() {
		return nil, c.check("detach")
	}
	c.mu.Lock() // a Close comes before, or after and does nothing
	defer c.mu.Unlock()
	f, err := c.s.Detach(nil)
	if err != nil {
		return nil, c.fail("detach", err)
	}
	c.file.leave()
	return f, nil
}

// Clone returns a second connection over the same socket, with deadlines and a
// lifetime of its own. The caller closes it. Both share the options, the queue
// and the addresses: a Connect, Disconnect or Bind of one applies to both, and
// after a Disconnect neither redials. The socket file stays with c, whose Close
// removes it.
func (c *DgramConn) Clone() (*DgramConn, error) {
	if err := c.check("clone"); err != nil {
		return nil, err
	}
	s, err := c.s.Clone()
	if err != nil {
		return nil, c.fail("clone", err)
	}
	d := newDgramConn(s, nil)
	d.redial, d.peering = c.redial, c.peering
	c.peering.Lock()
	defer c.peering.Unlock()
	n := c.addrs()
	c.join(&d.conn).names.set(n)
	return d, nil
}
