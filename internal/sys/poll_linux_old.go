//go:build linux && !arm64 && !loong64 && !riscv64

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PollCall is the number of the system call that Readiness makes.
const PollCall = unix.SYS_POLL

// poll is poll(2) of one descriptor, without waiting or entering the scheduler.
func poll(p *unix.PollFd) (int, Errno) {
	n, _, e := syscall.RawSyscall6(PollCall, uintptr(unsafe.Pointer(p)), 1, 0, 0, 0, 0)
	return int(n), e
}
