package systest

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Interrupt makes the next n system calls of the given number fail with EINTR, as
// if a signal had come, on this thread, which the caller has locked. If the kernel
// cannot do that, Interrupt calls cannot with the reason, at once or at the first
// such call.
func Interrupt(number uint32, n int, cannot func(reason string)) {
	listener, err := install([]unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number is the first field of struct seccomp_data
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER)
	if err != nil {
		cannot(fmt.Sprintf("no supervisor: %v", err))
		return
	}
	go interrupt(listener, n, cannot)
}

// interrupt answers the first n calls with EINTR and lets the others go on.
func interrupt(listener, n int, cannot func(reason string)) {
	for {
		asked, e := next(listener)
		switch e {
		case 0:
		case unix.EINTR, unix.ENOENT:
			continue
		default:
			cannot(fmt.Sprintf("no notification of a call: %v", e))
			return
		}
		errno := unix.EINTR
		if n <= 0 {
			errno = 0
		}
		switch asked.decide(listener, errno) {
		case 0:
			n--
		case unix.EINVAL:
			cannot("needs Linux 5.5 to let a call go on")
			return
		}
	}
}
