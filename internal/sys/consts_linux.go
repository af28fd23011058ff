package sys

import "golang.org/x/sys/unix"

// The numbers of the calls that the layers above make. A number that a system
// lacks is Missing there.
const (
	AFUnspec  = unix.AF_UNSPEC
	AFUnix    = unix.AF_UNIX
	AFInet    = unix.AF_INET
	AFInet6   = unix.AF_INET6
	AFNetlink = unix.AF_NETLINK
	AFPacket  = unix.AF_PACKET

	SockStream    = unix.SOCK_STREAM
	SockDgram     = unix.SOCK_DGRAM
	SockRaw       = unix.SOCK_RAW
	SockSeqpacket = unix.SOCK_SEQPACKET
	// SockFlags are what a socket type may be or-ed with.
	SockFlags = unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK

	MsgDontwait = unix.MSG_DONTWAIT
	MsgPeek     = unix.MSG_PEEK
	MsgTrunc    = unix.MSG_TRUNC
	MsgCtrunc   = unix.MSG_CTRUNC
	// MsgSize makes a receive return a message's full size.
	MsgSize = unix.MSG_TRUNC

	SolSocket = unix.SOL_SOCKET

	SoAcceptconn = unix.SO_ACCEPTCONN
	SoDomain     = unix.SO_DOMAIN
	SoError      = unix.SO_ERROR
	SoProtocol   = unix.SO_PROTOCOL
	SoRcvbuf     = unix.SO_RCVBUF
	SoSndbuf     = unix.SO_SNDBUF
	SoType       = unix.SO_TYPE

	SoPasscred   = unix.SO_PASSCRED
	SoPasspidfd  = unix.SO_PASSPIDFD
	SoPassrights = unix.SO_PASSRIGHTS
	SoPasssec    = unix.SO_PASSSEC
	SoPeercred   = unix.SO_PEERCRED
	SoPeergroups = unix.SO_PEERGROUPS
	SoPeerpidfd  = unix.SO_PEERPIDFD
	SoPeersec    = unix.SO_PEERSEC
	// SoTimestamp makes every received message carry a control message. It is
	// the variant whose struct is two 64-bit integers on every machine.
	SoTimestamp    = unix.SO_TIMESTAMPNS_NEW
	SoTimestamping = unix.SO_TIMESTAMPING

	ScmRights      = unix.SCM_RIGHTS
	ScmCredentials = unix.SCM_CREDENTIALS
	ScmSecurity    = 3 // SCM_SECURITY, include/linux/socket.h
	ScmPidfd       = unix.SCM_PIDFD
	ScmTimestamp   = unix.SO_TIMESTAMPNS_NEW
	// The other kinds of timestamp, which another holder of a socket may have
	// chosen for it.
	ScmTimestampOld = unix.SO_TIMESTAMPNS_OLD
	ScmTimeval      = unix.SO_TIMESTAMP_NEW
	ScmTimevalOld   = unix.SO_TIMESTAMP_OLD

	PollIn    = unix.POLLIN
	PollOut   = unix.POLLOUT
	PollRdhup = unix.POLLRDHUP

	fionread = unix.TIOCINQ
)

// Missing is the number of what a system lacks.
const Missing = -1
