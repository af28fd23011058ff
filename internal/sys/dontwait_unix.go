//go:build unix && !aix && !linux

package sys

import "golang.org/x/sys/unix"

const msgDontwait = unix.MSG_DONTWAIT
