//go:build unix && !linux

package sys

import "example.com/uds/internal/cmsg"

// closeOnExec makes the descriptors in received control messages close-on-exec. A
// child process that starts before that inherits them: not every system here has
// MSG_CMSG_CLOEXEC.
func closeOnExec(control []byte) {
	for fd := range cmsg.Rights(control, SolSocket, ScmRights) {
		SetCloexec(fd)
	}
}
