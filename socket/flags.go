package socket

import "example.com/uds/internal/sys"

// Flags of receives and sends, those of recv(2) and send(2). Others pass
// through as they are.
const (
	// MsgDontwait makes a call that would have to wait, for the kernel or for
	// another caller's turn, fail with ErrWouldBlock.
	MsgDontwait = sys.MsgDontwait
	// MsgPeek leaves the message in the queue.
	MsgPeek = sys.MsgPeek
	// MsgSize makes a receive return the message's full size, which may be more
	// than it had room for. Only Linux has it; elsewhere it is zero.
	MsgSize = sys.MsgSize
	// MsgTrunc says, among the flags of a received message, that it was cut.
	MsgTrunc = sys.MsgTrunc
	// MsgCtrunc says, among the flags of a received message, that control
	// messages were cut.
	MsgCtrunc = sys.MsgCtrunc
)

// beginFlags is begin, or tryBegin with MsgDontwait.
func (s *Socket) beginFlags(t *Turn, d *direction, flags int) error {
	if flags&MsgDontwait != 0 {
		return s.tryBegin(t, d)
	}
	return s.begin(t, d)
}
