//go:build unix

package sys

import "golang.org/x/sys/unix"

// The numbers of the calls that the layers above make.
const (
	AFUnspec = unix.AF_UNSPEC
	AFUnix   = unix.AF_UNIX
	AFInet   = unix.AF_INET
	AFInet6  = unix.AF_INET6

	SockStream    = unix.SOCK_STREAM
	SockDgram     = unix.SOCK_DGRAM
	SockRaw       = unix.SOCK_RAW
	SockSeqpacket = unix.SOCK_SEQPACKET

	MsgPeek   = unix.MSG_PEEK
	MsgTrunc  = unix.MSG_TRUNC
	MsgCtrunc = unix.MSG_CTRUNC

	SolSocket = unix.SOL_SOCKET

	SoAcceptconn = unix.SO_ACCEPTCONN
	SoError      = unix.SO_ERROR
	SoRcvbuf     = unix.SO_RCVBUF
	SoSndbuf     = unix.SO_SNDBUF
	SoType       = unix.SO_TYPE

	ScmRights = unix.SCM_RIGHTS

	PollIn  = unix.POLLIN
	PollOut = unix.POLLOUT
	PollHup = unix.POLLHUP
)
