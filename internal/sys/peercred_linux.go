package sys

import "golang.org/x/sys/unix"

// PeerCred is SO_PEERCRED.
func PeerCred(fd int) (pid, uid, gid int, e Errno) {
	c, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return 0, 0, 0, errno(err)
	}
	return int(c.Pid), int(c.Uid), int(c.Gid), 0
}
