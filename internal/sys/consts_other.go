//go:build !unix

package sys

// The numbers of the calls that the layers above make; none is made here.
const (
	AFUnspec = 0
	AFUnix   = 1
	AFInet   = 2
	AFInet6  = 10

	SockStream    = 1
	SockDgram     = 2
	SockRaw       = 3
	SockSeqpacket = 5

	MsgDontwait = 0x40
	MsgPeek     = 2
	MsgTrunc    = 0x20
	MsgCtrunc   = 8

	SolSocket = 1

	SoAcceptconn = Missing
	SoError      = Missing
	SoRcvbuf     = Missing
	SoSndbuf     = Missing
	SoType       = Missing

	ScmRights = Missing

	PollIn  = 1
	PollOut = 4
	PollHup = 0x10
)
