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
// Only after CloseRead is there an end, bare io.EOF; an empty datagram, with or
// without ancillary data, is none. m.Addr is the sender.
func (c *DgramConn) RecvMsg(m *Message, f Flags) error { return recvMsg(c, m, f) }

// SendMsg sends one message: the payload in m.Buffers, which may be empty, with
// the Files, Cred and Other of m.OOB, to m.Addr, or, if that is unnamed, to the
// peer of a connected socket. It sets m.N. The files stay the caller's
// and are held open until SendMsg returns: a Close of one takes effect then. A
// nil or closed file, and more than 253, are errors, and nothing is sent. A Cred
// that names another process takes privileges: EPERM without.
func (c *DgramConn) SendMsg(m *Message, f Flags) error { return sendMsg(c, m, f, socket.Began{}) }

// SendFiles sends p, which may be empty, and descriptors of at most 253 files
// as one message. The files stay the caller's.
func (c *DgramConn) SendFiles(p []byte, files ...*os.File) error { return sendFiles(c, p, files) }

// RecvFiles receives one message into p, and at most max files, which are the
// caller's. Files never come with an error: where the payload is cut
// (*TruncatedError), or more than max arrive (ErrOOBTruncated), all are closed.
func (c *DgramConn) RecvFiles(p []byte, max int) (n int, files []*os.File, err error) {
	return recvFiles(c, p, max)
}
