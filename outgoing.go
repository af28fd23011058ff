package uds

import "example.com/uds/socket"

// outgoing is one message to send.
type outgoing struct {
	p       []byte           // the payload,
	bufs    [][]byte         // and more of it
	control []byte           // control messages
	to      *socket.Sockaddr // nil: the connection's peer
	long    Addr             // the path that to stands for, if too long for an address; else unnamed

	began socket.Began // when the call began that this is part of

	n int // payload bytes sent
}

// size returns the number of payload bytes.
func (o *outgoing) size() int { return len(o.p) + bytesIn(o.bufs) }

// single returns the payload if it is in one buffer and goes to the connection's
// peer.
func (o *outgoing) single() (p []byte, ok bool) {
	switch {
	case o.to != nil:
		return nil, false
	case len(o.bufs) == 0:
		return o.p, true
	}
	return o.bufs[0], len(o.bufs) == 1 && len(o.p) == 0
}

// send sends o by way of m, which keeps nothing of it.
func (o *outgoing) send(t *socket.Turn, m *socket.Msg, f Flags) error {
	m.Buffer, m.Buffers, m.Control = o.p, gather(o.bufs), o.control
	if o.to != nil {
		m.Addr = *o.to
	}
	err := t.SendMsg(m, f.sendFlags())
	o.n = m.N
	m.Buffer, m.Buffers, m.Control = nil, nil, nil
	if o.to != nil {
		m.Addr = socket.Sockaddr{}
	}
	return err
}

// beginSend begins a sending turn of a call; began is when the call began.
func (c *conn) beginSend(t *socket.Turn, began socket.Began, f Flags) error {
	if f&FlagNoWait != 0 {
		return c.s.TryBeginSendSince(t, began)
	}
	return c.s.BeginSendSince(t, began)
}

// setDest makes name the destination of o; the caller calls release after the
// send. d has the destinations met before.
func (o *outgoing) setDest(d *dests, name string) (release func(), err error) {
	if len(name) <= MaxPathLen {
		to, err := d.of(name)
		if err != nil {
			return nil, err
		}
		o.to = &to.sa
		return releaseNothing, nil
	}
	a, err := parseName(name)
	if err != nil {
		return nil, err
	}
	sa, release, err := reach(a)
	o.to, o.long = &sa, a
	return release, err
}

// dest returns the destination for an error.
func (o *outgoing) dest() Addr {
	if !o.long.IsUnnamed() {
		return o.long
	}
	return addrOfRaw(o.to)
}
