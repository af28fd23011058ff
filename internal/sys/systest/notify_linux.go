package systest

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notification is struct seccomp_notif: a system call that waits for a verdict.
type notification struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

// verdict is struct seccomp_notif_resp.
type verdict struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// next waits for the next system call. ENOENT and EINTR say that a real signal
// interrupted that.
func next(listener int) (asked notification, e syscall.Errno) {
	_, _, e = unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&asked)))
	return asked, e
}

// decide makes the system call fail with errno, or lets it go on if errno is 0.
// Before Linux 5.5 the latter is EINVAL.
func (asked *notification) decide(listener int, errno syscall.Errno) syscall.Errno {
	v := verdict{id: asked.id, errno: -int32(errno)}
	if errno == 0 {
		v.flags = unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE
	}
	_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&v)))
	return e
}
