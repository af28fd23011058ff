//go:build unix && !aix

package sys

import "golang.org/x/sys/unix"

// MsgDontwait makes a call fail with EAGAIN where it would have to wait.
const MsgDontwait = unix.MSG_DONTWAIT
