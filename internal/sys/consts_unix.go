//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// The numbers of the calls that the layers above make. A number that a system
// lacks is Missing there.
const (
	AFUnspec  = unix.AF_UNSPEC
	AFUnix    = unix.AF_UNIX
	AFInet    = unix.AF_INET
	AFInet6   = unix.AF_INET6
	AFNetlink = Missing
	AFPacket  = Missing

	SockStream    = unix.SOCK_STREAM
	SockDgram     = unix.SOCK_DGRAM
	SockRaw       = unix.SOCK_RAW
	SockSeqpacket = unix.SOCK_SEQPACKET
	// SockFlags are what a socket type may be or-ed with.
	SockFlags = 0

	MsgDontwait = msgDontwait
	MsgPeek     = unix.MSG_PEEK
	MsgTrunc    = unix.MSG_TRUNC
	MsgCtrunc   = unix.MSG_CTRUNC
	// MsgSize makes a receive return a message's full size; no system here does.
	MsgSize = 0

	SolSocket = unix.SOL_SOCKET

	SoAcceptconn = unix.SO_ACCEPTCONN
	SoDomain     = Missing
	SoError      = unix.SO_ERROR
	SoProtocol   = Missing
	SoRcvbuf     = unix.SO_RCVBUF
	SoSndbuf     = unix.SO_SNDBUF
	SoType       = unix.SO_TYPE

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

	ScmRights       = unix.SCM_RIGHTS
	ScmCredentials  = Missing
	ScmSecurity     = Missing
	ScmPidfd        = Missing
	ScmTimestamp    = Missing
	ScmTimestampOld = Missing
	ScmTimeval      = Missing
	ScmTimevalOld   = Missing

	PollIn    = unix.POLLIN
	PollOut   = unix.POLLOUT
	PollRdhup = unix.POLLHUP
)

// Missing is the number of what a system lacks.
const Missing = -1
