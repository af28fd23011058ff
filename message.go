package uds

import "example.com/uds/socket"

// Message is what RecvMsg, SendMsg and the batch calls move. It may be reused.
type Message struct {
	// Buffers are the payload to send, or the room for a received one. However
	// many there are, they are one message. Of more than 1,023, those after the
	// first 1,022 are copied by way of a buffer that the call allocates.
	Buffers [][]byte

	// OOB is the ancillary data to send, or where to put what arrives. Nil asks
	// for none, and none is received.
	OOB *OOB

	// Addr is the destination, or after a receive the sender, of a datagram. The
	// unnamed address sends to the connection's peer. A SeqConn ignores it.
	Addr Addr

	// N is the number of payload bytes moved.
	N int

	// Size is a received message's full size in bytes. For one that did not fit
	// it is a lower bound on systems that do not tell the size (all but Linux).
	Size int

	// Truncated and OOBTruncated say that the payload or the ancillary data of a
	// received message did not fit.
	Truncated, OOBTruncated bool
}

// Flags change how a message call works.
type Flags int

const (
	// FlagPeek leaves the message in the queue. Together with OOB it is EINVAL:
	// the kernel would install a second copy of every descriptor. SO_PEEK_OFF,
	// which nothing here sets, makes peeks and NextSize skip bytes and messages.
	FlagPeek Flags = 1 << iota

	// FlagNoWait makes a call that would have to wait, for the kernel or for
	// another caller, fail with ErrWouldBlock.
	FlagNoWait
)

// allFlags are the flags that exist.
const allFlags = FlagPeek | FlagNoWait

// op returns the name of a receive with f, for its error.
func (f Flags) op() string {
	if f&FlagPeek != 0 {
		return "peek"
	}
	return "read"
}

// recvFlags returns f as the socket's receive flags.
func (f Flags) recvFlags() int {
	flags := f.sendFlags() | socket.MsgSize
	if f&FlagPeek != 0 {
		flags |= socket.MsgPeek
	}
	return flags
}

// sendFlags returns f as the socket's send flags.
func (f Flags) sendFlags() int {
	if f&FlagNoWait != 0 {
		return socket.MsgDontwait
	}
	return 0
}
