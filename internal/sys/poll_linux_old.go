//go:build linux && !arm64 && !loong64 && !riscv64

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poll is poll(2) of one descriptor without waiting, past the scheduler.
func poll(p *unix.PollFd) (int, Errno) {
	n, _, e := syscall.RawSyscall6(unix.SYS_POLL, uintptr(unsafe.Pointer(p)), 1, 0, 0, 0, 0)
	return int(n), e
}
