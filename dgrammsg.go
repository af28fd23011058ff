package uds

import (
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
// The end, bare io.EOF, comes only after CloseRead; an empty datagram, with or
// without ancillary data, is not the end. m.Addr is the sender.
func (c *DgramConn) RecvMsg(m *Message, f Flags) error { return recvMsg(c, m, f) }

// SendMsg sends one message: the payload in m.Buffers, which may be empty, with
// the Files, Cred and Other of m.OOB, to m.Addr, or, if that is unnamed, to the
// peer of a connected socket. It sets m.N. The files stay the caller's
// and are held open until SendMsg returns: a Close of one takes effect then. A
// nil or closed file, and more than 253 files, are errors, and nothing is sent.
// A Cred that names another process needs privileges; without them the error is
// EPERM.
func (c *DgramConn) SendMsg(m *Message, f Flags) error { return sendMsg(c, m, f, socket.Began{}) }

// SendFiles sends p, which may be empty, and descriptors of at most 253 files
// as one message. The files stay the caller's.
func (c *DgramConn) SendFiles(p []byte, files ...*os.File) error { return sendFiles(c, p, files) }

// RecvFiles receives one message into p, and at most max files, which are the
// caller's. Files never come with an error: if the payload is cut
// (*TruncatedError) or more than max files arrive (ErrOOBTruncated), all are
// closed.
func (c *DgramConn) RecvFiles(p []byte, max int) (n int, files []*os.File, err error) {
	return recvFiles(c, p, max)
}
