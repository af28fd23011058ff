package socket

import "example.com/uds/internal/sys"

// RecvMarked is Recv that also reports whether the message has a control message,
// as every message has with an option such as SO_TIMESTAMP. The control message is
// dropped, and so are descriptors.
func (t *Turn) RecvMarked(p []byte, flags int) (n int, marked bool, err error) {
	for {
		if n, marked, err = t.RecvMarkedOrPark(p, flags); !t.parks(&err) {
			return n, marked, err
		}
	}
}

// RecvMarkedOrPark is RecvMarked, but returns ErrPark where that would park.
func (t *Turn) RecvMarkedOrPark(p []byte, flags int) (int, bool, error) {
	for {
		e := t.d.untried()
		if t.tries() {
			var (
				n      int
				marked bool
			)
			n, marked, e = recvMarked(t.s, p, flags)
			if t.stage == stageReady {
				t.tried()
			}
			if e == 0 {
				t.stage = stageFirst
				return n, marked, nil
			}
		}
		if !t.asks(flags) {
			return t.recvMarkedOp(p, flags, e)
		}
		switch err := t.wait("recvmsg", e); err {
		case nil:
		case errAgain:
			return t.recvMarkedOp(p, flags, sys.EINTR)
		default:
			return 0, false, err
		}
	}
}

// recvMarked is one try of a RecvMarked. Its frame is too large to be on the stack
// of a parked call.
func recvMarked(s *Socket, p []byte, flags int) (int, bool, sys.Errno) {
	var (
		n uintptr
		e sys.Errno
	)
	v := sys.NewVec(p)
	m := v.Msg(nil)
	if s.rawNow() && len(p) <= sys.MaxRaw {
		n, e = sys.RecvMsg1Raw(s.fd(), &m, flags)
	} else {
		n, e = sys.RecvMsg1(s.fd(), &m, flags)
	}
	return int(n), m.Flags()&MsgCtrunc != 0, e
}

// recvMarkedOp continues after a try that failed with e, or before any try.
func (t *Turn) recvMarkedOp(p []byte, flags int, e sys.Errno) (int, bool, error) {
	op := t.plain()
	op.p, op.flags = p, int32(flags)
	err := t.resume("recvmsg", (*markedOp)(op), flags, e)
	if op.p = nil; err != nil || t.ended {
		return 0, false, err
	}
	return op.n, op.marked, nil
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
