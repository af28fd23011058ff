package uds

import (
	"sync"

	"example.com/uds/socket"
)

// messenger is what the message calls need of a connection.
type messenger interface {
	base() *conn
	receive(op string, r *received, f Flags) error
	transmit(o *outgoing, f Flags) error
}

var (
	_ messenger = (*SeqConn)(nil)
	_ messenger = (*DgramConn)(nil)
)

// exchange is the working state of one message call with ancillary data. It is
// pooled: an idle connection needs none.
type exchange struct {
	in      received
	from    socket.Sockaddr // who sent in
	found   ancillary
	control []byte
	b       *conn         // whose options say what may arrive
	files   int           // and how many descriptors are wanted
	grow    func() []byte // roomForAll, bound once

	senders senders // met by calls that had this exchange;
	dests   dests   // kept since they depend on nothing else

	own    Message // for a call whose caller has none
	ownOOB OOB

	// Of a send.
	c      messenger
	out    outgoing
	flags  Flags
	oob    *OOB
	fds    []int
	err    error
	withFD func(fd uintptr) // made by holder, once
}

var exchanges = sync.Pool{New: func() any {
	x := new(exchange)
	x.withFD, x.grow = x.holder(), x.roomForAll
	return x
}}

func newExchange() *exchange { return exchanges.Get().(*exchange) }

// wantSender makes a receive note the sender if it is wanted.
func (x *exchange) wantSender(wanted bool) {
	if wanted {
		x.in.from = &x.from
	}
}

// done returns x to the pool after a receive, without anything of its caller's.
func (x *exchange) done() {
	x.in.p, x.in.bufs, x.in.control, x.in.grow, x.in.from = nil, nil, nil, nil, nil
	if x.found.used {
		x.found.reset()
	}
	x.b = nil
	exchanges.Put(x)
}

// sent returns x to the pool after a send.
func (x *exchange) sent() {
	x.out = outgoing{}
	x.c, x.oob, x.err = nil, nil, nil
	x.fds = x.fds[:0]
	exchanges.Put(x)
}

// room returns a control buffer of n bytes.
func (x *exchange) room(n int) []byte {
	if cap(x.control) < n {
		x.control = make([]byte, n)
	}
	return x.control[:n]
}

// roomForAll returns a control buffer for all that may arrive with the socket's
// options.
func (x *exchange) roomForAll() []byte {
	return x.room(controlRoom(x.b.keeping().expect.get(x.b.s), x.files))
}
