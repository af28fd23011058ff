package uds

import "example.com/uds/socket"

// received is one receive of the message face: where the message goes, and what
// came.
type received struct {
	p       []byte           // room for the payload,
	bufs    [][]byte         // and more of it
	control []byte           // room for control messages, the marker's among them
	grow    func() []byte    // called for control before each try; nil: control stays
	from    *socket.Sockaddr // where the sender goes; nil: not wanted

	n, size  int // payload bytes moved; the message's size
	controln int // control bytes received
	flags    int // MSG_ flags received
}

// room returns the number of payload bytes that fit.
func (r *received) room() int { return len(r.p) + bytesIn(r.bufs) }

// fill copies b, the tail of a message, into r.
func (r *received) fill(b []byte) {
	r.size = len(b)
	n := copy(r.p, b)
	for _, p := range r.bufs {
		n += copy(p, b[n:])
	}
	r.n = n
}

// single returns the room for the payload. ok is true if that is one buffer,
// there is room for control messages, and the sender is not wanted.
func (r *received) single() (p []byte, ok bool) {
	switch {
	case r.from != nil || r.grow == nil && len(r.control) == 0:
		return nil, false
	case len(r.bufs) == 0:
		return r.p, true
	}
	return r.bufs[0], len(r.bufs) == 1 && len(r.p) == 0
}

// receive receives by way of m, which keeps nothing of r.
func (r *received) receive(t *socket.Turn, m *socket.Msg, f Flags) error {
	bufs, same := fewer(r.bufs)
	m.Buffer, m.Buffers, m.Control, m.Room, m.NeedAddr = r.p, bufs, r.control, r.grow, r.from != nil
	err := t.RecvMsg(m, f.recvFlags())
	r.control, r.size, r.controln, r.flags = m.Control, fullSize(m.N, m.Flags), m.ControlN, m.Flags
	if r.from != nil {
		*r.from = m.Addr
	}
	r.n = min(r.size, r.room())
	m.Buffer, m.Buffers, m.Control, m.Room = nil, nil, nil, nil
	if err == nil {
		scatter(r.bufs, bufs, same)
	}
	return err
}

// beginRecv begins a receiving turn.
func (c *conn) beginRecv(t *socket.Turn, f Flags) error {
	if f&FlagNoWait != 0 {
		return c.s.TryBeginRecv(t)
	}
	return c.s.BeginRecv(t)
}
