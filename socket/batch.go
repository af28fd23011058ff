package socket

import "example.com/uds/internal/sys"

// RecvBatch receives up to len(ms) messages: it waits for the first and takes
// what is queued behind it. It returns how many arrived; an error comes with
// none. Each message is as RecvMsg leaves it.
//
// At the end of a connection recvmmsg(2) invents empty messages: a caller that
// has to tell them from real ones looks for a control message in each.
func (s *Socket) RecvBatch(ms []Msg, flags int) (int, error) {
	var t Turn
	err := s.beginFlags(&t, &s.r, flags)
	if err != nil {
		return 0, err
	}
	n, err := t.RecvBatch(ms, flags)
	t.End()
	return n, err
}

// SendBatch sends the messages, waiting for room, and returns how many were
// sent whole. It stops at the first that fails, whose error it returns.
func (s *Socket) SendBatch(ms []Msg, flags int) (int, error) {
	var t Turn
	err := s.beginFlags(&t, &s.w, flags)
	if err != nil {
		return 0, err
	}
	n, err := t.SendBatch(ms, flags)
	t.End()
	return n, err
}

// RecvBatch is Socket.RecvBatch in this turn.
func (t *Turn) RecvBatch(ms []Msg, flags int) (int, error) {
	if len(ms) == 0 {
		return 0, nil
	}
	op := t.batch(ms, flags|t.s.cloexec())
	for i := range ms {
		if op.hdrs.Add(ms[i].Buffer, ms[i].Buffers, ms[i].Control); ms[i].NeedAddr {
			op.hdrs.WantFrom()
		}
	}
	err := t.run("recvmmsg", (*recvBatchOp)(op), flags)
	n := 0
	if err == nil {
		n = op.n
		op.results(ms[:n])
	}
	op.hdrs.Reset()
	return n, err
}

// results notes what was received.
func (o *batchOp) results(ms []Msg) {
	for i := range ms {
		m := &ms[i]
		if m.N, m.ControlN, m.Flags = o.hdrs.Result(i); m.NeedAddr {
			o.hdrs.From(i, &m.Addr.raw)
		}
	}
}

// SendBatch is Socket.SendBatch in this turn.
func (t *Turn) SendBatch(ms []Msg, flags int) (int, error) {
	op := t.batch(ms, flags)
	for i := range ms {
		op.hdrs.Add(ms[i].Buffer, ms[i].Buffers, ms[i].Control)
		op.hdrs.SetTo(&ms[i].Addr.raw)
	}
	err := t.sendBatch(op, ms, flags)
	for i := range ms[:op.n] {
		ms[i].N, _, _ = op.hdrs.Result(i)
	}
	op.hdrs.Reset()
	return op.n, err
}

// sendBatch sends the messages of op. It waits for a full receiver as SendTo does,
// and takes the turn again afterwards.
func (t *Turn) sendBatch(op *batchOp, ms []Msg, flags int) error {
	for op.n < len(ms) {
		if err := t.regain(); err != nil {
			return err
		}
		if err := t.runTo("sendmmsg", (*sendBatchOp)(op), &ms[op.n].Addr.raw, flags); err != nil {
			return err
		}
	}
	return nil
}

// batchOp is a RecvBatch or SendBatch.
type batchOp struct {
	hdrs  sys.Batch
	flags int
	n     int
}

// batch returns the direction's kept batchOp, with room for ms.
func (t *Turn) batch(ms []Msg, flags int) *batchOp {
	kept := t.keeping()
	if kept.batch == nil {
		kept.batch = new(batchOp)
	}
	op, bufs := kept.batch, 0
	for i := range ms {
		bufs += 1 + len(ms[i].Buffers)
	}
	op.hdrs.Start(len(ms), bufs)
	op.flags, op.n = flags, 0
	return op
}

type recvBatchOp batchOp

func (o *recvBatchOp) try(s *Socket) (e sys.Errno) {
	o.n, e = sys.RecvBatch(s.fd(), &o.hdrs, o.flags)
	return e
}

type sendBatchOp batchOp

// try sends the first message that is left, and those that go with it: none while
// calls wait for a full receiver, which may be that of another message.
func (o *sendBatchOp) try(s *Socket) sys.Errno {
	most := o.hdrs.Len() - o.n
	if s.fullBusy() != nil {
		most = 1
	}
	n, e := sys.SendBatch(s.fd(), &o.hdrs, o.n, most, o.flags)
	if e == 0 {
		o.n += n
	}
	return e
}
