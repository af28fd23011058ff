package systest

import (
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Supervisor decides about system calls of another process: seccomp_unotify(2).
// Unlike a filter of its own it can refuse the nth call alone.
type Supervisor struct {
	listener int

	mu     sync.Mutex
	fault  Fault
	counts map[uint32]int
}

// Fault is a system call that fails once.
type Fault struct {
	Number uint32 // the system call
	Nth    int    // which of them, from 1; 0: none
	Errno  syscall.Errno
}

// BeSupervised makes all threads of this process ask about the system calls of
// the numbers, for good. Another process hands the listener to Supervise; until
// then such a call waits.
func BeSupervised(numbers []uint32) (listener int, err error) {
	const tsyncESRCH = 1 << 4 // SECCOMP_FILTER_FLAG_TSYNC_ESRCH of linux/seccomp.h, Linux 5.7
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}}
	for i, n := range numbers {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: n, Jt: uint8(len(numbers) - i)})
	}
	filter = append(filter,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, err
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_TSYNC|tsyncESRCH, uintptr(unsafe.Pointer(&prog)))
	if e != 0 {
		return -1, e
	}
	return int(fd), nil
}

// Supervise answers for a process that called BeSupervised, until it ends.
func Supervise(pid, listener int) (*Supervisor, error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, fmt.Errorf("pidfd_open: %w", err)
	}
	defer unix.Close(pidfd)
	fd, err := unix.PidfdGetfd(pidfd, listener, 0)
	if err != nil {
		return nil, fmt.Errorf("pidfd_getfd: %w", err)
	}
	s := &Supervisor{listener: fd, counts: map[uint32]int{}}
	go s.answer()
	return s, nil
}

// Plan makes f fail from now on, and counts the calls from zero.
func (s *Supervisor) Plan(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
	clear(s.counts)
}

// Count is how often a system call was made since Plan.
func (s *Supervisor) Count(number uint32) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[number]
}

// notification is struct seccomp_notif, and verdict struct seccomp_notif_resp.
type notification struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type verdict struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// answer answers until the process has ended, which poll(2) tells.
func (s *Supervisor) answer() {
	defer unix.Close(s.listener)
	for {
		ready := []unix.PollFd{{Fd: int32(s.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return
		}
		var asked notification
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s.listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&asked))); e != 0 {
			continue // a signal came first, and the call is made again
		}
		s.decide(&asked)
	}
}

// decide answers one call, which counts unless a signal interrupted it.
func (s *Supervisor) decide(asked *notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := verdict{id: asked.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	number := uint32(asked.nr)
	if number == s.fault.Number && s.counts[number]+1 == s.fault.Nth {
		v.errno, v.flags = -int32(s.fault.Errno), 0
	}
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s.listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&v))); e == 0 {
		s.counts[number]++
	}
}
