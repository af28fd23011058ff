package socket

import "example.com/uds/internal/sys"

// Send sends p as one message, or some bytes of a stream, and returns how many
// bytes were sent. On a stream that may be fewer than len(p).
func (s *Socket) Send(p []byte, flags int) (int, error) {
	var t Turn
	err := s.beginFlags(&t, &s.w, flags)
	if err != nil {
		return 0, err
	}
	n, err := t.Send(p, flags)
	t.End()
	return n, err
}

// SendTo is Send to an address; the zero address means the peer that the socket is
// connected to.
func (s *Socket) SendTo(p []byte, flags int, to Sockaddr) (int, error) {
	var t Turn
	err := s.beginFlags(&t, &s.w, flags)
	if err != nil {
		return 0, err
	}
	n, err := t.SendTo(p, flags, &to)
	t.End()
	return n, s.explainAddr(err, &to)
}

// Send is Socket.Send in this turn.
func (t *Turn) Send(p []byte, flags int) (int, error) {
	if t.d.cold {
		return t.sendSlow(p, flags, 0)
	}
	var (
		n uintptr
		e sys.Errno
	)
	if t.s.sendsRaw(p) {
		n, e = sys.SendRaw(t.s.fd(), p, flags)
	} else {
		n, e = sys.Send(t.s.fd(), p, flags)
	}
	if e == 0 {
		return int(n), nil
	}
	return t.sendSlow(p, flags, e)
}

// sendSlow continues after a try that failed with e, or before any try.
func (t *Turn) sendSlow(p []byte, flags int, e sys.Errno) (int, error) {
	op := t.plain()
	op.p, op.flags, op.n = p, int32(flags), 0
	err := t.resume("sendto", (*sendOp)(op), flags, e)
	n := op.n
	op.p = nil
	if err != nil {
		return 0, err
	}
	return n, nil
}

// SendTo is Socket.SendTo in this turn.
func (t *Turn) SendTo(p []byte, flags int, to *Sockaddr) (int, error) {
	if to.IsZero() {
		return t.Send(p, flags)
	}
	plain := t.s.plainTo(&to.raw)
	if t.s.fullBusy() == nil {
		n, e := sendTo(t.s, p, flags, &to.raw, plain)
		switch e {
		case 0:
			return n, nil
		case sys.EAGAIN, sys.EINTR:
		default:
			return 0, sysErr("sendto", e) // a second try would lose a pending error
		}
	}
	return t.sendToSlow(p, flags, to, plain)
}

// sendToSlow continues after a try that had to wait, or before any try if calls
// wait for a full receiver.
func (t *Turn) sendToSlow(p []byte, flags int, to *Sockaddr, plain bool) (int, error) {
	op := t.named()
	op.p, op.flags, op.addr, op.plain = p, int32(flags), to.raw, plain
	err := t.runTo("sendto", (*sendToOp)(op), &op.addr, flags)
	n := op.n
	op.p = nil
	if err != nil {
		return 0, err
	}
	return n, nil
}

type sendOp plainOp

func (o *sendOp) try(s *Socket) sys.Errno {
	send := sys.Send
	if s.sendsRaw(o.p) {
		send = sys.SendRaw
	}
	n, e := send(s.fd(), o.p, int(o.flags))
	if e == 0 {
		o.n = int(n)
	}
	return e
}

type sendToOp namedOp

func (o *sendToOp) try(s *Socket) (e sys.Errno) {
	o.n, e = sendTo(s, o.p, int(o.flags), &o.addr, o.plain)
	return e
}

// SendBuffer returns SO_SNDBUF in bytes.
func (t *Turn) SendBuffer() (int, error) {
	n, e := sys.GetsockoptInt(t.s.fd(), sys.SolSocket, sys.SoSndbuf)
	return n, sysErr("getsockopt", e)
}

// sendsRaw reports whether a send of p to the peer may bypass the scheduler. The
// caller has the sending turn.
func (s *Socket) sendsRaw(p []byte) bool {
	return s.family == sys.AFUnix && len(p) <= sys.MaxRaw && !s.crowded(&s.w)
}

// plainTo reports whether sends to an address enter the scheduler. The caller has
// the sending turn.
func (s *Socket) plainTo(to *sys.Sockaddr) bool {
	return s.family != sys.AFUnix || isPath(to) || s.crowded(&s.w)
}

// sendTo sends to an address; plain is what plainTo said of it.
func sendTo(s *Socket, p []byte, flags int, to *sys.Sockaddr, plain bool) (int, sys.Errno) {
	if plain {
		return sys.SendTo(s.fd(), p, flags, to)
	}
	return sys.SendToRaw(s.fd(), p, flags, to)
}

// isPath reports whether an AF_UNIX address is a path, which the kernel looks
// up: that may take as long as a file system likes.
func isPath(to *sys.Sockaddr) bool {
	d := to.Data()
	return len(d) > 0 && d[0] != 0
}
