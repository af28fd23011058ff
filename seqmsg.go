package uds

import (
	"os"

	"example.com/uds/socket"
)

// RecvMsg receives exactly one message into m: the payload into m.Buffers and,
// if m.OOB is not nil, ancillary data into that. The other fields say what came.
//
// Where the payload does not fit, what does is in the Buffers, m.Truncated is
// set and the error is a *TruncatedError; where the ancillary data does not
// fit, m.OOBTruncated is set and the error is ErrOOBTruncated, also if both are
// the case. Either way m.OOB has neither Files nor a PidFD, for descriptors never
// come with an error, but it has the Cred and the Time.
//
// The end is bare io.EOF; an empty message, with or without ancillary data, is
// none. The tail that a Read left comes first, and without ancillary data.
func (c *SeqConn) RecvMsg(m *Message, f Flags) error {
	if m != nil && m.OOB == nil && f&^allFlags == 0 {
		return c.recvPayload(m, f)
	}
	return recvMsg(c, m, f)
}

// recvPayload is RecvMsg without ancillary data.
func (c *SeqConn) recvPayload(m *Message, f Flags) error {
	r := received{bufs: m.Buffers}
	err := c.receive("read", &r, f)
	m.Addr, m.N, m.Size, m.OOBTruncated = Addr{}, r.n, r.size, false
	if m.Truncated = r.size > r.n; m.Truncated {
		return c.fail("read", &TruncatedError{Size: r.size})
	}
	return err
}

// SendMsg sends one message: the payload in m.Buffers, which may be empty, with
// the Files, Cred and Other of m.OOB. It sets m.N. The files stay the caller's
// and are held open until SendMsg returns: a Close of one takes effect then. A
// nil or closed file, and more than 253, are errors, and nothing is sent. A Cred
// that names another process takes privileges: EPERM without.
func (c *SeqConn) SendMsg(m *Message, f Flags) error {
	if m != nil && m.OOB == nil && f&^FlagNoWait == 0 {
		o := outgoing{bufs: m.Buffers}
		err := c.transmit(&o, f)
		m.N = o.n
		return err
	}
	return sendMsg(c, m, f, socket.Began{})
}

// SendFiles sends p, which may be empty, and descriptors of at most 253 files
// as one message. The files stay the caller's.
func (c *SeqConn) SendFiles(p []byte, files ...*os.File) error { return sendFiles(c, p, files) }

// RecvFiles receives one message into p, and at most max files, which are the
// caller's. Files never come with an error: where the payload is cut
// (*TruncatedError), or more than max arrive (ErrOOBTruncated), all are closed.
func (c *SeqConn) RecvFiles(p []byte, max int) (n int, files []*os.File, err error) {
	return recvFiles(c, p, max)
}
