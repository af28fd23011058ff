package uds

import (
	"fmt"
	"sync"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// recvBatch is RecvBatch of both: it waits for the first message and takes what
// is queued behind it.
func recvBatch(c batcher, ms []Message) (int, error) {
	b := c.base()
	if err := b.check("read"); err != nil {
		return 0, err
	}
	if err := checkBatch(ms); err != nil {
		return 0, b.fail("read", err)
	}
	if len(ms) == 0 {
		return 0, b.idle("read")
	}
	for i := range ms {
		ms[i].empty()
	}
	x := newExchange()
	x.receiveInto(b, &ms[0])
	n, err := 0, c.receive("read", &x.in, 0)
	if err == nil {
		_ = ms[0].took(b, x) // the facts are in the message
		n = 1 + x.recvMore(c, ms[1:])
	}
	x.done()
	return n, err
}

// checkBatch is the error of arguments that RecvBatch does not take. An OOB of
// two messages would show the one's credentials as the other's.
func checkBatch(ms []Message) (err error) {
	n := 0
	for ; n < len(ms) && err == nil; n++ {
		if err = checkRecv(&ms[n], 0); err == nil && !ms[n].OOB.claim() {
			err = sysError(fmt.Sprintf("message %d of %d has the OOB of another", n+1, len(ms)), sys.EINVAL)
		}
	}
	for i := range ms[:n] {
		ms[i].OOB.unclaim()
	}
	return err
}

// claim reports whether no other message of a batch claimed o.
func (o *OOB) claim() bool {
	if o == nil {
		return true
	}
	free := !o.claimed
	o.claimed = true
	return free
}

func (o *OOB) unclaim() {
	if o != nil {
		o.claimed = false
	}
}

// batcher is what the batch calls need of a connection.
type batcher interface {
	messenger
	// more receives what is queued, without waiting, and returns how many
	// messages that is. An error is left to the next receive.
	more(ms []socket.Msg) int
}

var (
	_ batcher = (*SeqConn)(nil)
	_ batcher = (*DgramConn)(nil)
)

// batch is what a batch call works with.
type batch struct {
	msgs    []socket.Msg
	control []byte
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// recvMore receives what is queued into ms.
func (x *exchange) recvMore(c batcher, ms []Message) int {
	if len(ms) == 0 {
		return 0
	}
	t := batches.Get().(*batch)
	t.prepare(c.base(), ms)
	n := c.more(t.msgs)
	for i := range ms[:n] {
		x.result(&t.msgs[i])
		_ = ms[i].took(c.base(), x)
		if ms[i].OOB == nil && x.in.controln > 0 {
			x.drop(c.base())
		}
	}
	t.done()
	return n
}

// drop closes the descriptors of a message whose Message has no OOB to put them
// into. Such a message was received into the room of one that has: genuine moved
// it to the front.
func (x *exchange) drop(b *conn) {
	x.own.OOB = &x.ownOOB
	_ = x.own.took(b, x)
	_ = x.ownOOB.Close()
}

// prepare makes t.msgs receives into ms, which are empty, up to one of too many
// buffers.
func (t *batch) prepare(b *conn, ms []Message) {
	expect := b.expect.get(b.s)
	size := 0
	for i := range ms {
		if o := ms[i].OOB; o != nil {
			size += controlRoom(expect, o.MaxFiles) + controlAlign
		}
	}
	if cap(t.control) < size {
		t.control = make([]byte, size)
	}
	rest := t.control[:size]
	for i := range ms {
		if len(ms[i].Buffers) > maxBuffers {
			break
		}
		m := socket.Msg{Buffers: ms[i].Buffers, NeedAddr: b.datagrams()}
		if o := ms[i].OOB; o != nil {
			n := controlRoom(expect, o.MaxFiles)
			m.Control, rest = rest[:n:n], rest[(n+controlAlign-1)&^(controlAlign-1):]
		}
		t.msgs = append(t.msgs, m)
	}
}

// controlAlign is the alignment of control buffers in one piece of memory: a
// header's.
const controlAlign = 8

// done gives t back without anything of its caller's.
func (t *batch) done() {
	clear(t.msgs)
	t.msgs = t.msgs[:0]
	batches.Put(t)
}

// result makes x.in what m received.
func (x *exchange) result(m *socket.Msg) {
	x.in = received{bufs: m.Buffers, control: m.Control, size: m.N, controln: m.ControlN, flags: m.Flags}
	x.wantSender(m.NeedAddr)
	x.from = m.Addr
	x.in.n = min(x.in.size, x.in.room())
}

// genuine moves the messages among ms that are real to the front and returns
// how many there are. The others are the end of the connection, which
// recvmmsg(2) returns as empty messages for as many as there is room: they lack
// the marker, which shows as a control message or, where there is no room for
// it, as MSG_CTRUNC. Real ones may follow, those that were sent and followed by
// a close while recvmmsg(2) looked; see doubt.
func genuine(ms []socket.Msg) (n int) {
	for i := range ms {
		if unmarkedEmpty(&ms[i]) {
			continue
		}
		if n < i {
			moveMsg(&ms[n], &ms[i])
		}
		n++
	}
	return n
}

// unmarkedEmpty reports whether m is nothing and lacks the marker.
func unmarkedEmpty(m *socket.Msg) bool {
	return m.N == 0 && m.ControlN == 0 && m.Flags&msgCtrunc == 0
}

// someUnmarked reports whether one of ms is such a message.
func someUnmarked(ms []socket.Msg) bool {
	for i := range ms {
		if unmarkedEmpty(&ms[i]) {
			return true
		}
	}
	return false
}

// moveMsg makes to the message that from received. The buffers stay in their
// places, but for those of to, which become as short as what from had room for.
func moveMsg(to, from *socket.Msg) {
	var moved [][]byte
	left := from.Buffers
	for _, b := range to.Buffers {
		var n int
		for n < len(b) && len(left) > 0 {
			k := copy(b[n:], left[0])
			if n += k; k < len(left[0]) {
				left = append([][]byte{left[0][k:]}, left[1:]...)
			} else {
				left = left[1:]
			}
		}
		moved = append(moved, b[:n])
	}
	to.Control, from.Control = from.Control, to.Control
	to.Buffers, to.N, to.ControlN, to.Flags, to.Addr = moved, from.N, from.ControlN, from.Flags, from.Addr
}

// sendBatch is SendBatch of both. first sends what it can without waiting, for a
// call that began when it is told.
func sendBatch(c messenger, ms []Message, first func(b *conn, ms []Message, began socket.Began) (int, error)) (int, error) {
	b := c.base()
	if err := b.check("write"); err != nil {
		return 0, err
	}
	if len(ms) == 0 {
		return 0, b.idle("write")
	}
	began := b.s.SendBegan()
	for n := 0; n < len(ms); n++ {
		k, err := first(b, ms[n:], began)
		if n += k; err != nil || n == len(ms) {
			return n, err
		}
		if err := sendMsg(c, &ms[n], 0, began); err != nil {
			return n, err
		}
	}
	return len(ms), nil
}
