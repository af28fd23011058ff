package uds

import (
	"context"
	"fmt"
	"net"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Dialer connects sockets. The zero value works and means no timeout and default
// options. It may be used by many goroutines at once, but must not be changed
// meanwhile.
type Dialer struct {
	// LocalAddr is the address to bind; Close removes its socket file. If it is
	// unnamed, a SEQPACKET socket stays unbound, and a datagram socket gets an
	// abstract name of the kernel's choice (Linux), so that its peer can answer.
	// The peer cannot answer to a path that is too long for [Addr.Raw].
	LocalAddr Addr

	// Timeout bounds a dial, the wait for room in a full backlog included. 0
	// means no bound; less than 0 is EINVAL. An earlier deadline of the context
	// wins.
	Timeout time.Duration

	// Redial makes a datagram connection survive its receiver's restart: a send
	// to the peer that finds it gone connects to the address again and sends
	// again, up to ten times if the receiver is gone again meanwhile. If nobody is
	// there, the send fails, and the next one tries anew. It
	// has no effect on SEQPACKET, nor on a send that is given an address.
	Redial bool

	// Options are set before the socket is bound or connected.
	Options Options

	// Control, if not nil, is called after the socket is made and has its
	// Options, before it is bound or connected. The descriptor is valid only
	// inside the RawConn's functions.
	Control func(network, address string, c syscall.RawConn) error
}

// Dial connects to the address on the network "unixpacket" or "unixgram". The
// connection is a *SeqConn or a *DgramConn, which the caller closes.
//
// The address is in the form of [ParseAddr]. As with package net, a NUL byte may
// stand in place of the '@' of an abstract name, here and wherever else a string
// or a net.Addr says what to dial, listen on or send to.
func Dial(network, address string) (net.Conn, error) {
	return new(Dialer).Dial(network, address)
}

// DialSeq connects to a listening SOCK_SEQPACKET socket, whose address is in the
// form of ParseAddr. It waits while the listener's backlog is full; a Dialer can
// bound that. The caller closes the connection.
func DialSeq(address string) (*SeqConn, error) {
	return new(Dialer).DialSeq(context.Background(), address)
}

// Dial is DialContext without a context.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext connects to the address on the network "unixpacket" or
// "unixgram". The connection is a *SeqConn or a *DgramConn, which the caller
// closes; ctx bounds the dial and not the connection.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case networkSeq:
		c, err := d.DialSeq(ctx, address)
		if err != nil {
			return nil, err // and not a nil *SeqConn in a net.Conn
		}
		return c, nil
	case networkDgram:
		c, err := d.DialDgram(ctx, address)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	return nil, opError("dial", network, nil, nil, unknownNetwork(network, networkSeq, networkDgram))
}

// DialFunc returns a function that dials network and address, whatever its
// arguments. It is for http.Transport.DialContext and the like: the URL's host
// is not looked up.
func (d *Dialer) DialFunc(network, address string) func(ctx context.Context, _, _ string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, address)
	}
}

// DialSeq connects to a listening SOCK_SEQPACKET socket. While the listener's
// backlog is full it waits. When ctx ends or the timeout passes, the error is
// context.Canceled, or one that is both os.ErrDeadlineExceeded and
// context.DeadlineExceeded. The caller closes the connection.
func (d *Dialer) DialSeq(ctx context.Context, address string) (*SeqConn, error) {
	if err := checkArgs(d != nil, ctx); err != nil {
		return nil, opError("dial", networkSeq, nil, nil, err)
	}
	to, err := dialAddr(address)
	if err != nil {
		return nil, opError("dial", networkSeq, nil, nil, err)
	}
	c, err := d.dialSeq(ctx, to)
	if err != nil {
		return nil, opError("dial", networkSeq, sourceAddr(d.LocalAddr, networkSeq), netAddr(to, networkSeq), err)
	}
	return c, nil
}

// dialAddr parses an address to connect to, which must not be unnamed.
func dialAddr(address string) (Addr, error) {
	to, err := parseName(address)
	if err == nil && to.IsUnnamed() {
		err = sysError("connect to the unnamed address", sys.EINVAL)
	}
	return to, err
}

// sourceAddr returns a for an error, nil if it is unnamed.
func sourceAddr(a Addr, network string) net.Addr {
	if a.IsUnnamed() {
		return nil
	}
	return a.UnixAddr(network)
}

// dialSeq makes, prepares and connects a socket.
func (d *Dialer) dialSeq(ctx context.Context, to Addr) (*SeqConn, error) {
	if err := d.valid(); err != nil {
		return nil, err
	}
	ctx, cancel := d.bounded(ctx)
	defer cancel()
	s, err := newSocket(sys.SockSeqpacket, &d.Options, networkSeq, to.String(), d.Control)
	if err != nil {
		return nil, err
	}
	c := newSeqConn(s, &names{local: d.LocalAddr, remote: to})
	c.given(&d.Options)
	if err := c.bindAndConnect(ctx, d, to); err != nil {
		c.boundFile().remove()
		s.Close()
		return nil, err
	}
	return c, nil
}

// bounded returns ctx with the timeout added, if there is one.
func (d *Dialer) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.Timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d.Timeout)
}

// valid returns an error for a field that is out of bounds.
func (d *Dialer) valid() error {
	if d.Timeout < 0 {
		return sysError(fmt.Sprintf("timeout %v is below zero", d.Timeout), sys.EINVAL)
	}
	return nil
}

// bindAndConnect does both in this order, and notes the name that the kernel
// gives c.
func (c *SeqConn) bindAndConnect(ctx context.Context, d *Dialer, to Addr) error {
	if !d.LocalAddr.IsUnnamed() {
		file, err := bindAddr(ctx, c.s, d.LocalAddr)
		if err != nil {
			return err
		}
		c.keeping().file = file
	}
	connect := func(sa socket.Sockaddr) error { return c.s.Connect(ctx, sa) }
	if err := connectAddr(to, connect); err != nil {
		return err
	}
	if d.LocalAddr.IsUnnamed() && (d.Options.PassCredentials || d.Options.PassPidFD) {
		sa, err := c.s.Sockname()
		if err != nil {
			return err
		}
		c.names.set(names{addrOfRaw(&sa), to})
	}
	return nil
}

// newSocket makes a socket with its options.
func newSocket(typ int, o *Options, network, address string, control func(string, string, syscall.RawConn) error) (*socket.Socket, error) {
	s, err := socket.New(sys.AFUnix, typ, 0)
	if err != nil {
		return nil, noType(err)
	}
	ready := false
	defer func() {
		if !ready { // even if control panics or ends its goroutine
			s.Close()
		}
	}()
	if err := o.apply(s); err != nil {
		return nil, err
	}
	if control != nil {
		rc, err := s.SyscallConn()
		if err == nil {
			err = control(network, address, rc)
		}
		if err != nil {
			return nil, err
		}
	}
	ready = true
	return s, nil
}
