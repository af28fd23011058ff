package sys

import "golang.org/x/sys/unix"

// The numbers that only Linux has, for the calls that the layers above make.
const (
	AFNetlink = unix.AF_NETLINK
	AFPacket  = unix.AF_PACKET

	// SockFlags are the flags that may be or-ed into a socket type.
	SockFlags = unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK

	// MsgSize makes a receive return a message's full size.
	MsgSize = unix.MSG_TRUNC

	SoDomain     = unix.SO_DOMAIN
	SoPasscred   = unix.SO_PASSCRED
	SoPasspidfd  = unix.SO_PASSPIDFD
	SoPassrights = unix.SO_PASSRIGHTS
	SoPasssec    = unix.SO_PASSSEC
	SoPeercred   = unix.SO_PEERCRED
	SoPeergroups = unix.SO_PEERGROUPS
	SoPeerpidfd  = unix.SO_PEERPIDFD
	SoPeersec    = unix.SO_PEERSEC
	SoProtocol   = unix.SO_PROTOCOL
	// SoTimestamp makes every received message carry a control message. It is
	// the variant whose struct is two 64-bit integers on every machine.
	SoTimestamp    = unix.SO_TIMESTAMPNS_NEW
	SoTimestamping = unix.SO_TIMESTAMPING

	ScmCredentials = unix.SCM_CREDENTIALS
	ScmSecurity    = 3 // SCM_SECURITY, include/linux/socket.h
	ScmPidfd       = unix.SCM_PIDFD
	ScmTimestamp   = unix.SO_TIMESTAMPNS_NEW
	// The other kinds of timestamp, which another holder of a socket may have
	// chosen for it.
	ScmTimestampOld = unix.SO_TIMESTAMPNS_OLD
	ScmTimeval      = unix.SO_TIMESTAMP_NEW
	ScmTimevalOld   = unix.SO_TIMESTAMP_OLD

	PollRdhup = unix.POLLRDHUP

	fionread = unix.TIOCINQ
)
