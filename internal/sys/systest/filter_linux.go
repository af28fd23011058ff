package systest

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// install puts a filter of system calls on this thread, for good. With the flag
// SECCOMP_FILTER_FLAG_NEW_LISTENER it returns the supervisor's descriptor.
func install(filter []unix.SockFilter, flags uintptr) (listener int, err error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, err
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	if e != 0 {
		return -1, e
	}
	return int(fd), nil
}
