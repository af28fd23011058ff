package uds

import (
	"io"

	"example.com/uds/socket"
)

// Recv receives exactly one message into p. If p is too small it is filled, n
// is len(p) and the error is a *TruncatedError with the message's size; the
// rest is lost. An empty message is (0, nil) and the end of the connection
// bare io.EOF (Linux; where the two can not be told apart, an empty message
// that the peer sent before it closed is the end). Descriptors that come with
// the message are dropped.
func (c *SeqConn) Recv(p []byte) (int, error) { return c.recvPlain("read", p, 0) }

// Peek is Recv that leaves the message in the queue.
func (c *SeqConn) Peek(p []byte) (int, error) { return c.recvPlain("peek", p, FlagPeek) }

// NextSize waits for the next message and returns its size in bytes: of a
// message that Read began, what is left. The end is io.EOF.
func (c *SeqConn) NextSize() (int, error) {
	var r received
	if err := c.receive("peek", &r, FlagPeek); err != nil {
		return 0, err
	}
	return r.size, nil
}

func (c *SeqConn) recvPlain(op string, p []byte, f Flags) (int, error) {
	r := received{p: p}
	if err := c.receive(op, &r, f); err != nil {
		return 0, err
	}
	if r.size > r.n {
		return r.n, c.fail(op, &TruncatedError{Size: r.size})
	}
	return r.n, nil
}

// received is one receive of the message face: where to, and what came.
type received struct {
	p       []byte   // room for the payload,
	bufs    [][]byte // or several
	control []byte   // room for control messages, the marker among them
	from    bool     // the sender is wanted

	n, size  int
	controln int
	flags    int
	addr     socket.Sockaddr
}

// room is the number of payload bytes that fit.
func (r *received) room() int {
	n := len(r.p)
	for _, b := range r.bufs {
		n += len(b)
	}
	return n
}

// fill copies b into the payload's room.
func (r *received) fill(b []byte) {
	r.size = len(b)
	n := copy(r.p, b)
	for _, p := range r.bufs {
		n += copy(p, b[n:])
	}
	r.n = n
}

// receive receives one message.
func (c *SeqConn) receive(op string, r *received, f Flags) error {
	if !c.ok() {
		return c.check(op)
	}
	marked := c.mark.set(c.s)
	t, err := c.beginRecv(f)
	if err != nil {
		return c.fail(op, err)
	}
	err = c.receiveTurn(&t, r, f, marked)
	t.End()
	if err != nil {
		return c.fail(op, err)
	}
	return nil
}

func (c *conn) beginRecv(f Flags) (socket.Turn, error) {
	if f&FlagNoWait != 0 {
		return c.s.TryBeginRecv()
	}
	return c.s.BeginRecv()
}

// receiveTurn is receive in a turn: first the tail that a Read left.
func (c *SeqConn) receiveTurn(t *socket.Turn, r *received, f Flags, marked bool) error {
	if c.rest.Len() > 0 {
		if r.fill(c.rest.Bytes()); f&FlagPeek == 0 {
			c.rest.Drop()
		}
		return nil
	}
	for {
		err := c.call(t, r, f.recvFlags())
		switch {
		case err != nil && c.noteReset(err):
			continue
		case err != nil:
			return err
		case r.size > 0 || r.controln > 0 || r.flags&socket.MsgCtrunc != 0:
			return nil
		}
		return c.zero(t, marked)
	}
}

// zero tells the end from an empty message, which carries the marker.
func (c *SeqConn) zero(t *socket.Turn, marked bool) error {
	if marked {
		return c.end("recvmsg")
	}
	err := c.ended(t)
	if err == nil || err == io.EOF {
		return err
	}
	return err
}

// call is the system call of a receive.
func (c *SeqConn) call(t *socket.Turn, r *received, flags int) error {
	if c.in == nil {
		c.in = new(socket.Msg)
	}
	m := c.in
	m.Buffer, m.Buffers, m.Control, m.NeedAddr = r.p, r.bufs, r.control, r.from
	err := t.RecvMsg(m, flags)
	r.size, r.controln, r.flags, r.addr = m.N, m.ControlN, m.Flags, m.Addr
	r.n = min(r.size, r.room())
	m.Buffer, m.Buffers, m.Control = nil, nil, nil
	return err
}
