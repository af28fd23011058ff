package uds

import "example.com/uds/socket"

// Message is what RecvMsg, SendMsg and the batch calls move. It may be used
// again.
type Message struct {
	// Buffers are the payload to send, or room for the received one: one
	// message however many buffers.
	Buffers [][]byte

	// OOB is ancillary data: to send, or where to put what arrives. Nil asks for
	// none, and none is received.
	OOB *OOB

	// Addr is the destination, or after a receive the sender, of a datagram. The
	// unnamed address sends to the connection's peer. A SeqConn ignores it.
	Addr Addr

	// N is the number of payload bytes moved.
	N int

	// Size is a received message's full size in bytes; of one that did not fit,
	// where the system does not tell (all but Linux), the least it can have.
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
	// which nothing here sets, makes peeks skip bytes and messages, and NextSize
	// too.
	FlagPeek Flags = 1 << iota

	// FlagNoWait makes a call that would have to wait, for the kernel or for
	// another caller, fail with ErrWouldBlock.
	FlagNoWait
)

// allFlags are the flags that exist.
const allFlags = FlagPeek | FlagNoWait

// op is a receive with f, for its error.
func (f Flags) op() string {
	if f&FlagPeek != 0 {
		return "peek"
	}
	return "read"
}

// recvFlags are f for the socket.
func (f Flags) recvFlags() int {
	flags := f.sendFlags() | socket.MsgSize
	if f&FlagPeek != 0 {
		flags |= socket.MsgPeek
	}
	return flags
}

// sendFlags are f for the socket.
func (f Flags) sendFlags() int {
	if f&FlagNoWait != 0 {
		return socket.MsgDontwait
	}
	return 0
}
