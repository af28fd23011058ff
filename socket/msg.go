package socket

import "example.com/uds/internal/sys"

// Msg is what one RecvMsg or SendMsg moves. It may be used again.
type Msg struct {
	Buffer  []byte   // the payload,
	Buffers [][]byte // and more of it: one message however many buffers
	Control []byte   // control messages to send, or room for received ones
	Addr    Sockaddr // destination or sender; zero: none

	// Room, unless nil, is called before each try of a RecvMsg and returns the
	// room for control messages, which becomes Control: what arrives may change
	// while a receive waits.
	Room func() []byte

	// NeedAddr makes a receive note the sender in Addr.
	NeedAddr bool

	// What a call leaves here. N is the number of payload bytes; with MsgSize
	// the received message's size. The first ControlN bytes of Control are
	// received control messages. Flags are the MSG_ flags of a receive.
	N, ControlN, Flags int
}

// RecvMsg receives a message with its control messages, as recvmsg(2) does.
// Received descriptors are close-on-exec. They belong to the caller, who finds them
// in m.Control and must close them.
func (s *Socket) RecvMsg(m *Msg, flags int) error {
	if m == nil {
		return sysErr("recvmsg into a nil Msg", sys.EINVAL)
	}
	var t Turn
	err := s.beginFlags(&t, &s.r, flags)
	if err != nil {
		return err
	}
	defer t.leave()
	return t.RecvMsg(m, flags)
}

// SendMsg sends a message with control messages, as sendmsg(2) does.
func (s *Socket) SendMsg(m *Msg, flags int) error {
	if m == nil {
		return sysErr("sendmsg of a nil Msg", sys.EINVAL)
	}
	var t Turn
	err := s.beginFlags(&t, &s.w, flags)
	if err != nil {
		return err
	}
	err = t.SendMsg(m, flags)
	t.End()
	return s.explainAddr(err, &m.Addr)
}

// RecvMsg is Socket.RecvMsg in this turn.
func (t *Turn) RecvMsg(m *Msg, flags int) error {
	op := t.message()
	op.flags = flags | t.s.cloexec()
	op.set(m)
	if m.NeedAddr {
		op.hdr.WantFrom()
	}
	op.plain, op.control, op.grow = len(m.Control) > 0, m.Control, m.Room
	err := t.run("recvmsg", (*recvMsgOp)(op), flags)
	if err == nil && m.NeedAddr {
		op.hdr.From(&m.Addr.raw)
	}
	m.Control = op.control
	n, got, gotFlags, err := op.received(err)
	m.N, m.ControlN, m.Flags = n, len(got), gotFlags
	return err
}

// cloexec is the flag that makes received descriptors close-on-exec.
func (s *Socket) cloexec() int {
	if s.family == sys.AFPacket {
		return 0 // takes no such flag, and passes no descriptors
	}
	return sys.MsgCmsgCloexec
}

// SendMsg is Socket.SendMsg in this turn.
func (t *Turn) SendMsg(m *Msg, flags int) error {
	op := t.message()
	op.flags = flags
	op.set(m)
	op.hdr.SetTo(&m.Addr.raw)
	op.plain = t.s.plainTo(&m.Addr.raw)
	err := t.runTo("sendmsg", (*sendMsgOp)(op), &m.Addr.raw, flags)
	op.hdr.Reset()
	if m.N = 0; err == nil {
		m.N = op.n
	}
	return err
}

// msgOp is a RecvMsg or SendMsg.
type msgOp struct {
	hdr     sys.Msg
	flags   int
	n       int
	plain   bool          // the call enters the scheduler: it may have to wait for more than memory
	control []byte        // of a receive
	grow    func() []byte // asked for control before each try of a receive, unless nil
}

func (o *msgOp) set(m *Msg) {
	if len(m.Buffers) == 0 {
		o.hdr.Set1(m.Buffer, nil, m.Control)
	} else {
		o.hdr.Set(m.Buffer, m.Buffers, nil, m.Control)
	}
}

// message returns the direction's kept msgOp.
func (t *Turn) message() *msgOp {
	kept := t.keeping()
	if kept.msg == nil {
		kept.msg = new(msgOp)
	}
	return kept.msg
}

type recvMsgOp msgOp

func (o *recvMsgOp) try(s *Socket) (e sys.Errno) {
	if o.grow != nil {
		o.control = o.grow()
		o.hdr.SetControl(o.control)
	}
	if o.hdr.Rearm(); s.rawNow() && !o.plain {
		o.n, e = sys.RecvMsgRaw(s.fd(), &o.hdr, o.flags)
	} else {
		o.n, e = sys.RecvMsg(s.fd(), &o.hdr, o.flags)
	}
	return e
}

type sendMsgOp msgOp

func (o *sendMsgOp) try(s *Socket) (e sys.Errno) {
	if o.plain {
		o.n, e = sys.SendMsg(s.fd(), &o.hdr, o.flags)
	} else {
		o.n, e = sys.SendMsgRaw(s.fd(), &o.hdr, o.flags)
	}
	return e
}
