//go:build linux && (arm64 || loong64 || riscv64)

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PollCall is the number of the system call that Readiness makes.
const PollCall = unix.SYS_PPOLL

// poll is ppoll(2) of one descriptor, without waiting or entering the scheduler:
// newer architectures have no poll(2).
func poll(p *unix.PollFd) (int, Errno) {
	var none unix.Timespec
	n, _, e := syscall.RawSyscall6(PollCall, uintptr(unsafe.Pointer(p)), 1, uintptr(unsafe.Pointer(&none)), 0, 0, 0)
	return int(n), e
}
