package socket

import "example.com/uds/internal/sys"

// Recv receives a message, or some bytes of a stream, into p and returns the number
// of bytes (with MsgSize, the message's size, which may be more). Zero is an empty
// message or the end of the connection; recv(2) does not tell them apart. The
// kernel drops descriptors that come with the message.
func (s *Socket) Recv(p []byte, flags int) (int, error) {
	var t Turn
	err := s.beginFlags(&t, &s.r, flags)
	if err != nil {
		return 0, err
	}
	n, err := t.Recv(p, flags)
	t.End()
	return n, err
}

// RecvFrom is Recv that also returns the sender's address; it is zero on a
// connected stream and for a sender without one.
func (s *Socket) RecvFrom(p []byte, flags int) (n int, from Sockaddr, err error) {
	var t Turn
	if err := s.beginFlags(&t, &s.r, flags); err != nil {
		return 0, Sockaddr{}, err
	}
	n, err = t.RecvFrom(p, flags, &from)
	t.End()
	return n, from, err
}

// Recv is Socket.Recv in this turn.
func (t *Turn) Recv(p []byte, flags int) (n int, err error) {
	s := t.s
	if t.d.cold || t.d.eager {
		return t.recvSlow(p, flags, t.d.untried())
	}
	var (
		count uintptr
		e     sys.Errno
	)
	if s.is(factRaw) && len(p) <= sys.MaxRaw && !s.crowded(&s.r) {
		count, e = sys.RecvRaw(s.fd(), p, flags)
	} else {
		count, e = sys.Recv(s.fd(), p, flags)
	}
	if e == 0 {
		return int(count), nil
	}
	return t.recvSlow(p, flags, e)
}

// recvSlow continues after a try that failed with e, or before any try.
func (t *Turn) recvSlow(p []byte, flags int, e sys.Errno) (int, error) {
	op := t.plain()
	op.p, op.flags = p, int32(flags)
	err := t.resume("recvfrom", (*recvOp)(op), flags, e)
	n := op.n
	op.p = nil
	if err != nil || t.ended {
		return 0, err
	}
	return n, nil
}

// RecvFrom is Socket.RecvFrom in this turn.
func (t *Turn) RecvFrom(p []byte, flags int, from *Sockaddr) (n int, err error) {
	s := t.s
	if t.d.cold || t.d.eager {
		return t.recvFromSlow(p, flags, from, t.d.untried())
	}
	var e sys.Errno
	if s.is(factRaw) && len(p) <= sys.MaxRaw && !s.crowded(&s.r) {
		n, e = sys.RecvFromRaw(s.fd(), p, flags, &from.raw)
	} else {
		n, e = sys.RecvFrom(s.fd(), p, flags, &from.raw)
	}
	if e == 0 {
		return n, nil
	}
	return t.recvFromSlow(p, flags, from, e)
}

// recvFromSlow continues after a try that failed with e, or before any try.
func (t *Turn) recvFromSlow(p []byte, flags int, from *Sockaddr, e sys.Errno) (int, error) {
	op := t.named()
	op.p, op.flags = p, int32(flags)
	err := t.resume("recvfrom", (*recvFromOp)(op), flags, e)
	n := op.n
	*from = Sockaddr{op.addr}
	op.p = nil
	if err != nil || t.ended {
		*from = Sockaddr{}
		return 0, err
	}
	return n, nil
}

// plainOp is a Recv, RecvMarked, RecvWhole or Send that waits.
type plainOp struct {
	p      []byte
	rest   *Rest // of a RecvWhole
	made   *Rest // the Rest that a RecvWhole made
	n      int
	flags  int32
	marked bool // of a RecvMarked
}

// plain returns the direction's kept plainOp.
func (t *Turn) plain() *plainOp {
	kept := t.keeping()
	if kept.plain == nil {
		kept.plain = new(plainOp)
	}
	return kept.plain
}

// namedOp is a RecvFrom or SendTo.
type namedOp struct {
	plainOp
	addr  sys.Sockaddr
	plain bool // of a SendTo: the call enters the scheduler
}

// named returns the direction's kept namedOp.
func (t *Turn) named() *namedOp {
	kept := t.keeping()
	if kept.named == nil {
		kept.named = new(namedOp)
	}
	return kept.named
}

type recvOp plainOp

func (o *recvOp) try(s *Socket) sys.Errno {
	recv := sys.Recv
	if s.rawNow() && len(o.p) <= sys.MaxRaw {
		recv = sys.RecvRaw
	}
	n, e := recv(s.fd(), o.p, int(o.flags))
	if e == 0 {
		o.n = int(n)
	}
	return e
}

type recvFromOp namedOp

func (o *recvFromOp) try(s *Socket) (e sys.Errno) {
	if s.rawNow() && len(o.p) <= sys.MaxRaw {
		o.n, e = sys.RecvFromRaw(s.fd(), o.p, int(o.flags), &o.addr)
	} else {
		o.n, e = sys.RecvFrom(s.fd(), o.p, int(o.flags), &o.addr)
	}
	return e
}
