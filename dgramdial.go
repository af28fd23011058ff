package uds

import (
	"context"

	"example.com/uds/internal/sys"
)

// DialDgram connects to a datagram socket and gives the connection an abstract
// name of the kernel's choice (Linux), so that the peer can answer. The caller
// closes it.
func DialDgram(address string) (*DgramConn, error) {
	return new(Dialer).DialDgram(context.Background(), address)
}

// DialDgram connects to a datagram socket and then binds to LocalAddr, or to an
// abstract name of the kernel's choice (Linux; elsewhere the connection stays
// unbound). In this order no stranger's datagram can arrive before the peer's.
// PassCredentials and PassPidFD are set in between, because with them connecting
// would bind.
func (d *Dialer) DialDgram(ctx context.Context, address string) (*DgramConn, error) {
	if err := checkArgs(d != nil, ctx); err != nil {
		return nil, opError("dial", networkDgram, nil, nil, err)
	}
	to, err := dialAddr(address)
	if err != nil {
		return nil, opError("dial", networkDgram, nil, nil, err)
	}
	c, err := d.dialDgram(ctx, to)
	if err != nil {
		return nil, opError("dial", networkDgram, sourceAddr(d.LocalAddr, networkDgram), netAddr(to, networkDgram), err)
	}
	return c, nil
}

func (d *Dialer) dialDgram(ctx context.Context, to Addr) (*DgramConn, error) {
	if err := d.valid(); err != nil {
		return nil, err
	}
	ctx, cancel := d.bounded(ctx)
	defer cancel()
	o := d.Options
	o.PassCredentials, o.PassPidFD = false, false
	s, err := newSocket(sys.SockDgram, &o, networkDgram, to.String(), d.Control)
	if err != nil {
		return nil, err
	}
	c := newDgramConn(s, nil)
	c.given(&d.Options)
	c.redial = d.Redial
	if err := c.connectAndBind(ctx, d, to); err != nil {
		s.Close()
		return nil, err
	}
	return c, nil
}

// connectAndBind does both in this order, and in between sets the options with
// which connecting would bind.
func (c *DgramConn) connectAndBind(ctx context.Context, d *Dialer, to Addr) error {
	if err := c.connect(ctx, to); err != nil {
		return err
	}
	late := Options{PassCredentials: d.Options.PassCredentials, PassPidFD: d.Options.PassPidFD}
	if err := late.apply(c.s); err != nil {
		return err
	}
	if d.LocalAddr.IsUnnamed() && !autobinds {
		return nil
	}
	return c.bind(ctx, new(ListenConfig), d.LocalAddr)
}
