package uds

import (
	"errors"
	"os"

	"example.com/uds/socket"
)

// RecvMsg receives exactly one message into m: the payload into m.Buffers and,
// if m.OOB is not nil, ancillary data into that. The other fields say what came.
//
// If the payload does not fit, the Buffers hold what does, m.Truncated is set
// and the error is a *TruncatedError. If the ancillary data does not fit,
// m.OOBTruncated is set and the error is ErrOOBTruncated, even if the payload
// does not fit either. In both cases m.OOB has neither Files nor a PidFD,
// because descriptors never come with an error, but it has the Cred and the
// Time.
//
// The end is bare io.EOF; an empty message, with or without ancillary data, is
// not the end. The tail that a Read left comes first, without ancillary data.
func (c *SeqConn) RecvMsg(m *Message, f Flags) error {
	// A message with one buffer, as most have, goes without recvMsg: there are
	// few functions between here and the system call, because each costs most
	// when the call returns to it.
	switch {
	case m == nil || len(m.Buffers) > 1 || !c.ok() || checkRecv(m, f) != nil:
		return recvMsg(c, m, f)
	case m.OOB == nil:
		return c.recvPayload(m, f)
	}
	m.empty()
	x := newExchange()
	x.b, x.files = &c.conn, m.OOB.MaxFiles
	p := m.room()
	size, control, flags, err := c.recvOne("read", p, nil, x.grow, f)
	if err == nil {
		x.in.n, x.in.size, x.in.control, x.in.controln, x.in.flags = min(size, len(p)), size, control, len(control), flags
		if err = m.took(&c.conn, x); err != nil {
			err = c.fail("read", err)
		}
	}
	x.done()
	return err
}

// room returns the only buffer of m, nil if there is none.
func (m *Message) room() []byte {
	if len(m.Buffers) == 0 {
		return nil
	}
	return m.Buffers[0]
}

// recvPayload is RecvMsg into one buffer, without ancillary data.
func (c *SeqConn) recvPayload(m *Message, f Flags) error {
	m.empty()
	n, err := c.recvPlain(m.room(), f)
	if m.N, m.Size = n, n; err != nil {
		m.cut(err)
	}
	return err
}

// cut notes in m the truncation that err may report.
func (m *Message) cut(err error) {
	var cut *TruncatedError
	if errors.As(err, &cut) {
		m.Size, m.Truncated = cut.Size, true
	}
}

// SendMsg sends one message: the payload in m.Buffers, which may be empty, with
// the Files, Cred and Other of m.OOB. It sets m.N. The files stay the caller's
// and are held open until SendMsg returns: a Close of one takes effect then. A
// nil or closed file, and more than 253 files, are errors, and nothing is sent.
// A Cred that names another process needs privileges; without them the error is
// EPERM.
func (c *SeqConn) SendMsg(m *Message, f Flags) error {
	if m == nil || f&^FlagNoWait != 0 || !c.ok() { // an error; what follows is as short as RecvMsg
		return sendMsg(c, m, f, socket.Began{})
	}
	if m.OOB == nil {
		o := outgoing{bufs: m.Buffers}
		err := c.transmit(&o, f)
		m.N = o.n
		return err
	}
	x := newExchange()
	x.oob, x.out.bufs = m.OOB, m.Buffers
	var err error
	if len(m.OOB.Files) > 0 {
		x.c, x.flags = c, f
		err = x.hold()
	} else if err = x.encode(); err == nil {
		err = c.transmit(&x.out, f)
	}
	m.N = x.out.n
	if err != nil {
		err = c.fail("write", x.explained(err))
	}
	x.sent()
	return err
}

// SendFiles sends p, which may be empty, and descriptors of at most 253 files
// as one message. The files stay the caller's.
func (c *SeqConn) SendFiles(p []byte, files ...*os.File) error { return sendFiles(c, p, files) }

// RecvFiles receives one message into p, and at most max files, which are the
// caller's. Files never come with an error: if the payload is cut
// (*TruncatedError) or more than max files arrive (ErrOOBTruncated), all are
// closed.
func (c *SeqConn) RecvFiles(p []byte, max int) (n int, files []*os.File, err error) {
	return recvFiles(c, p, max)
}
