package socket

import "example.com/uds/internal/sys"

// RecvOne is a cheaper Turn.RecvMsg, for messages with control messages: it takes
// one buffer and does not return the sender. The control messages go into control
// or, unless room is nil, into what room returns, as with Msg.Room. It returns the
// number of payload bytes (with MsgSize, the message's size), the control messages,
// and the MSG_ flags.
func (t *Turn) RecvOne(p, control []byte, room func() []byte, flags int) (n int, got []byte, gotFlags int, err error) {
	e := t.d.untried()
	if !t.d.cold && !t.d.eager {
		if room != nil {
			control = room()
		}
		v := sys.NewVec(p)
		m := v.Msg(control)
		var count uintptr
		if count, e = sys.RecvMsg1(t.s.fd(), &m, flags|t.s.cloexec()); e == 0 {
			return int(count), control[:m.ControlLen()], m.Flags(), nil
		}
	}
	op := t.message()
	op.hdr.Set1(p, nil, control)
	op.flags, op.plain, op.control, op.grow = flags|t.s.cloexec(), true, control, room
	err = t.resume("recvmsg", (*recvMsgOp)(op), flags, e)
	return op.received(err)
}

// received returns what the receive brought, and drops the caller's memory.
func (o *msgOp) received(err error) (n int, got []byte, flags int, _ error) {
	if err == nil {
		n, got, flags = o.n, o.control[:o.hdr.ControlLen()], o.hdr.Flags()
	}
	o.grow, o.control = nil, nil
	o.hdr.Reset()
	return n, got, flags, err
}

// SendOne is a cheaper Turn.SendMsg, for a message with control messages: it sends
// one buffer to the socket's peer. It returns the number of payload bytes.
func (t *Turn) SendOne(p, control []byte, flags int) (int, error) {
	e := t.d.untried()
	if !t.d.cold {
		v := sys.NewVec(p)
		m := v.Msg(control)
		var n uintptr
		if n, e = sys.SendMsg1(t.s.fd(), &m, flags); e == 0 {
			return int(n), nil
		}
	}
	op := t.message()
	op.hdr.Set1(p, nil, control)
	op.flags, op.plain = flags, true
	err := t.resume("sendmsg", (*sendMsgOp)(op), flags, e)
	op.hdr.Reset()
	if err != nil {
		return 0, err
	}
	return op.n, nil
}
