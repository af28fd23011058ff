package systest

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"
)

// RefuseSends makes every sendto(2) of more than so many bytes fail with errno,
// on the thread that calls it and for good: a seccomp(2) filter.
func RefuseSends(above uint32, errno syscall.Errno) error {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		more  = unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K

		number = 0        // of struct seccomp_data: the system call
		length = 16 + 2*8 // its third argument, of 64 bits
	)
	low := uint32(length)
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		low += 4 // the most significant byte comes first
	}
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_SENDTO, Jf: 3},
		{Code: load, K: low},
		{Code: more, K: above, Jf: 1},
		{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	_, err := install(filter, 0)
	return err
}

// RefuseCalls makes every system call of the number fail with errno, on all
// threads and for good: a seccomp(2) filter.
func RefuseCalls(number uint32, errno syscall.Errno) error {
	_, err := install([]unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}, unix.SECCOMP_FILTER_FLAG_TSYNC)
	return err
}
