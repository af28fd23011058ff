package socket

import (
	"sync"

	"example.com/uds/internal/sys"
)

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

// headers are what receives of one buffer are made with.
var headers = sync.Pool{New: func() any { return new(sys.Msg) }}

// getHeader and putHeader are kept out of their callers' frames, too.
//
//go:noinline
func getHeader(p []byte) *sys.Msg {
	m := headers.Get().(*sys.Msg)
	m.Set1(p, nil, nil)
	return m
}

//go:noinline
func putHeader(m *sys.Msg) {
	m.Reset()
	headers.Put(m)
}

// recvMarked is one try.
func recvMarked(s *Socket, p []byte, flags int) (n int, marked bool, e sys.Errno) {
	m := getHeader(p)
	if s.rawNow() && len(p) <= sys.MaxRaw {
		n, e = sys.RecvMsgRaw(s.fd, m, flags)
	} else {
		n, e = sys.RecvMsg(s.fd, m, flags)
	}
	marked = m.Flags()&MsgCtrunc != 0
	putHeader(m)
	return n, marked, e
}
