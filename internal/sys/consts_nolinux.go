//go:build !linux

package sys

// What only Linux has of the calls that the layers above make.
const (
	AFNetlink = Missing
	AFPacket  = Missing

	// SockFlags are what a socket type may be or-ed with.
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

	// PollRdhup says that the peer has ended sending: here, the connection.
	PollRdhup = PollHup
)
