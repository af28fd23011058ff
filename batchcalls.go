package uds

import (
	"fmt"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// recvBatch is RecvBatch of both kinds of connection: it waits for the first
// message and takes what is queued behind it.
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
		_ = ms[0].took(b, x) // the message says what was cut
		n = 1 + x.recvMore(c, ms[1:])
	}
	x.done()
	return n, err
}

// checkBatch returns an error for arguments that RecvBatch does not take. An OOB
// shared by two messages would show the credentials of one as those of the
// other.
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

// claim claims o for a message of a batch and reports whether no other had.
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

// sendBatch is SendBatch of both kinds of connection. first sends what it can
// without waiting; began is when the call began.
func sendBatch(c messenger, ms []Message, first func(ms []Message, began socket.Began) (int, error)) (int, error) {
	b := c.base()
	if err := b.check("write"); err != nil {
		return 0, err
	}
	if len(ms) == 0 {
		return 0, b.idle("write")
	}
	began := b.s.SendBegan()
	for n := 0; n < len(ms); n++ {
		k, err := first(ms[n:], began)
		if n += k; err != nil || n == len(ms) {
			return n, err
		}
		if err := sendMsg(c, &ms[n], 0, began); err != nil {
			return n, err
		}
	}
	return len(ms), nil
}
