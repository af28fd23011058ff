package uds

import (
	"sync"

	"example.com/uds/socket"
)

// batch is the working state of a batch call. It is pooled and keeps its memory.
type batch struct {
	msgs    []socket.Msg
	control []byte
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// maxQueued is the most messages that one recvmmsg(2) receives: UIO_MAXIOV. No
// more are prepared.
const maxQueued = 1024

// recvMore receives what is queued into ms, at most maxQueued messages.
func (x *exchange) recvMore(c batcher, ms []Message) int {
	if len(ms) == 0 {
		return 0
	}
	ms = ms[:min(len(ms), maxQueued)]
	bt := batches.Get().(*batch)
	bt.prepare(c.base(), ms)
	n := c.more(bt.msgs)
	for i := range ms[:n] {
		x.result(&bt.msgs[i])
		_ = ms[i].took(c.base(), x)
		if ms[i].OOB == nil && x.in.controln > 0 {
			x.drop(c.base())
		}
	}
	bt.done()
	return n
}

// drop closes the descriptors of a message whose Message has no OOB for them. It
// was received in the place of a Message that has one, and genuine moved it
// forward.
func (x *exchange) drop(b *conn) {
	x.own.OOB = &x.ownOOB
	_ = x.own.took(b, x)
	_ = x.ownOOB.Close()
}

// prepare fills bt.msgs with receives into ms, which are empty, up to the first
// with too many buffers.
func (bt *batch) prepare(b *conn, ms []Message) {
	expect := b.keeping().expect.get(b.s)
	rest := bt.controlFor(expect, ms)
	for i := range ms {
		if len(ms[i].Buffers) > maxBuffers {
			break
		}
		m := socket.Msg{Buffers: ms[i].Buffers, NeedAddr: b.datagrams()}
		if o := ms[i].OOB; o != nil {
			n := controlRoom(expect, o.MaxFiles)
			m.Control, rest = rest[:n:n], rest[(n+controlAlign-1)&^(controlAlign-1):]
		}
		bt.msgs = append(bt.msgs, m)
	}
}

// controlFor returns memory for the control buffers of all of ms.
func (bt *batch) controlFor(expect uint32, ms []Message) []byte {
	size := 0
	for i := range ms {
		if o := ms[i].OOB; o != nil {
			size += controlRoom(expect, o.MaxFiles) + controlAlign
		}
	}
	if cap(bt.control) < size {
		bt.control = make([]byte, size)
	}
	return bt.control[:size]
}

// controlAlign is the alignment in bytes of each of the control buffers that
// share memory: that of a struct cmsghdr.
const controlAlign = 8

// done returns bt to the pool, without anything of its caller's.
func (bt *batch) done() {
	clear(bt.msgs)
	bt.msgs = bt.msgs[:0]
	batches.Put(bt)
}

// result notes in x.in what m received.
func (x *exchange) result(m *socket.Msg) {
	x.in = received{bufs: m.Buffers, control: m.Control, size: fullSize(m.N, m.Flags), controln: m.ControlN, flags: m.Flags}
	x.wantSender(m.NeedAddr)
	x.from = m.Addr
	x.in.n = min(x.in.size, x.in.room())
}
