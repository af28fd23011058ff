package systest

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"
)

// RefuseSends makes every sendto(2) of more bytes than above fail with errno, on
// the thread that calls it and for good, by a seccomp(2) filter.
func RefuseSends(above uint32, errno syscall.Errno) error {
	_, err := install(refuseAbove(above, errno, unix.SYS_SENDTO), 0)
	return err
}

// RefuseOptions makes every getsockopt(2) and setsockopt(2) of an option with a
// number greater than above fail with ENOPROTOOPT, on all threads and for good, by
// a seccomp(2) filter. It stands for a kernel that knows no later option.
func RefuseOptions(above uint32) error {
	_, err := install(refuseAbove(above, unix.ENOPROTOOPT, unix.SYS_GETSOCKOPT, unix.SYS_SETSOCKOPT), unix.SECCOMP_FILTER_FLAG_TSYNC)
	return err
}

// refuseAbove returns a filter that refuses the calls whose third argument is
// greater than above, a number of 32 bits.
func refuseAbove(above uint32, errno syscall.Errno, calls ...uint32) []unix.SockFilter {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		more  = unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K

		number = 0        // of struct seccomp_data: the system call
		third  = 16 + 2*8 // its third argument, of 64 bits
	)
	low := uint32(third)
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		low += 4 // the most significant byte comes first
	}
	filter := []unix.SockFilter{{Code: load, K: number}}
	for i, call := range calls {
		filter = append(filter, unix.SockFilter{Code: equal, K: call, Jt: uint8(len(calls) - 1 - i)})
	}
	filter[len(calls)].Jf = 3
	return append(filter,
		unix.SockFilter{Code: load, K: low},
		unix.SockFilter{Code: more, K: above, Jf: 1},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	)
}

// RefuseCalls makes every system call of the given number fail with errno, on all
// threads and for good, by a seccomp(2) filter.
func RefuseCalls(number uint32, errno syscall.Errno) error {
	_, err := install([]unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}, unix.SECCOMP_FILTER_FLAG_TSYNC)
	return err
}
