//go:build !linux

package sys

// The numbers that only Linux has, for the calls that the layers above make.
const (
	AFNetlink = Missing
	AFPacket  = Missing

	// SockFlags are the flags that may be or-ed into a socket type.
	SockFlags = 0

	// MsgSize makes a receive return a message's full size; no system here does.
	MsgSize = 0

	SoDomain       = Missing
	SoPasscred     = Missing
	SoPasspidfd    = Missing
	SoPassrights   = Missing
	SoPasssec      = Missing
	SoPeercred     = Missing
	SoPeergroups   = Missing
	SoPeerpidfd    = Missing
	SoPeersec      = Missing
	SoProtocol     = Missing
	SoTimestamp    = Missing
	SoTimestamping = Missing

	ScmCredentials  = Missing
	ScmSecurity     = Missing
	ScmPidfd        = Missing
	ScmTimestamp    = Missing
	ScmTimestampOld = Missing
	ScmTimeval      = Missing
	ScmTimevalOld   = Missing

	// PollRdhup says on Linux that the peer has ended sending; here it says that
	// the connection has ended.
	PollRdhup = PollHup
)
