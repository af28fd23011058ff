package socket

import "example.com/uds/internal/sys"

// RecvMarked is Recv that also reports whether the message has a control message,
// as all have with an option such as SO_TIMESTAMP. It is dropped, and so are
// descriptors.
func (t *Turn) RecvMarked(p []byte, flags int) (n int, marked bool, err error) {
	e := t.d.untried()
	if !t.d.cold && !t.d.eager {
		if n, marked, e = recvMarked(t.s, p, flags); e == 0 {
			return n, marked, nil
		}
	}
	op := t.markedOp(p, flags)
	err = t.resume("recvmsg", op, flags, e)
	if op.p = nil; err != nil || t.ended {
		return 0, false, err
	}
	return op.n, op.marked, nil
}

// markedOp returns the direction's kept operation as one of RecvMarked; as
// wholeOp, it is kept out of its caller's frame.
//
//go:noinline
func (t *Turn) markedOp(p []byte, flags int) *markedOp {
	op := t.plain()
	op.p, op.flags = p, int32(flags)
	return (*markedOp)(op)
}

// markedOp is a RecvMarked that waits.
type markedOp plainOp

func (o *markedOp) try(s *Socket) (e sys.Errno) {
	o.n, o.marked, e = recvMarked(s, o.p, int(o.flags))
	return e
}

func (o *markedOp) empty() sys.Errno {
	o.n, o.marked = 0, false
	return 0
}

// recvMarked is one try.
func recvMarked(s *Socket, p []byte, flags int) (n int, marked bool, e sys.Errno) {
	h := s.r.header()
	if s.rawNow() && len(p) <= sys.MaxRaw {
		return h.RecvRaw(s.fd, p, flags)
	}
	return h.Recv(s.fd, p, flags)
}

// header returns what the direction's receives of one buffer are made with.
func (d *direction) header() *sys.Header {
	rare := d.rareOps()
	if rare.header == nil {
		rare.header = new(sys.Header)
	}
	return rare.header
}
