package systest

import (
	"fmt"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Supervisor decides about system calls of another process: seccomp_unotify(2).
// Unlike a filter in that process, it can refuse the nth call alone.
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

// BeSupervised makes all threads of this process ask before system calls of these
// numbers, for good. Another process hands the listener to Supervise; until then
// such a call waits.
func BeSupervised(numbers []uint32) (listener int, err error) {
	const tsyncESRCH = 1 << 4 // SECCOMP_FILTER_FLAG_TSYNC_ESRCH of linux/seccomp.h, Linux 5.7
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}}
	for i, n := range numbers {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: n, Jt: uint8(len(numbers) - i)})
	}
	filter = append(filter,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	return install(filter, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_TSYNC|tsyncESRCH)
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

// Count returns how often a system call was made since Plan.
func (s *Supervisor) Count(number uint32) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[number]
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
		asked, e := next(s.listener)
		if e != 0 {
			continue // a signal came first, and the call is made again
		}
		s.decide(&asked)
	}
}

// decide answers one call, which counts unless a signal interrupted it.
func (s *Supervisor) decide(asked *notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	number := uint32(asked.nr)
	var errno syscall.Errno
	if number == s.fault.Number && s.counts[number]+1 == s.fault.Nth {
		errno = s.fault.Errno
	}
	if asked.decide(s.listener, errno) == 0 {
		s.counts[number]++
	}
}
