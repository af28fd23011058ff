//go:build !unix

package sys

// The numbers of the calls that the layers above make; none is made here.
const (
	AFUnspec  = 0
	AFUnix    = 1
	AFInet    = 2
	AFInet6   = 10
	AFNetlink = Missing
	AFPacket  = Missing

	SockStream    = 1
	SockDgram     = 2
	SockRaw       = 3
	SockSeqpacket = 5
	// SockFlags are what a socket type may be or-ed with.
	SockFlags = 0

	MsgDontwait = 0x40
	MsgPeek     = 2
	MsgTrunc    = 0x20
	MsgCtrunc   = 8
	MsgSize     = 0

	SolSocket = 1

	SoAcceptconn = Missing
	SoDomain     = Missing
	SoError      = Missing
	SoProtocol   = Missing
	SoRcvbuf     = Missing
	SoSndbuf     = Missing
	SoType       = Missing

	SoPasscred     = Missing
	SoPasspidfd    = Missing
	SoPassrights   = Missing
	SoPasssec      = Missing
	SoPeercred     = Missing
	SoPeergroups   = Missing
	SoPeerpidfd    = Missing
	SoPeersec      = Missing
	SoTimestamp    = Missing
	SoTimestamping = Missing

	ScmRights       = Missing
	ScmCredentials  = Missing
	ScmSecurity     = Missing
	ScmPidfd        = Missing
	ScmTimestamp    = Missing
	ScmTimestampOld = Missing
	ScmTimeval      = Missing
	ScmTimevalOld   = Missing

	PollIn    = 1
	PollOut   = 4
	PollRdhup = 0x2000
)

// Missing is the number of what a system lacks.
const Missing = -1
