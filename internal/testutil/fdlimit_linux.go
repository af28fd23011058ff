package testutil

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// DescriptorLimit is the limit of descriptors (RLIMIT_NOFILE) that
// LeaveDescriptors sets.
const DescriptorLimit = 100

// LeaveDescriptors takes all but free of the descriptors that this process may
// open: opening more than those fails with EMFILE. restore gives them back and sets
// the old limit; it may be called twice. In a process that has DescriptorLimit
// descriptors open already, or whose limit cannot be set, LeaveDescriptors panics:
// a child process has no test to fail.
func LeaveDescriptors(free int) (restore func()) {
	var old unix.Rlimit
	check("getrlimit", unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	low := old
	low.Cur = DescriptorLimit
	check("setrlimit", unix.Setrlimit(unix.RLIMIT_NOFILE, &low))
	taken := takeDescriptors()
	if len(taken) < free {
		panic(fmt.Sprintf("testutil: %d descriptors are to be had, want %d", len(taken), free))
	}
	closeAll(taken[:free])
	taken = taken[free:]
	return func() {
		closeAll(taken)
		taken = nil
		check("setrlimit", unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
	}
}

// takeDescriptors opens descriptors until there are none to be had.
func takeDescriptors() (fds []int) {
	for {
		fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fds
		}
		fds = append(fds, fd)
	}
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

func check(call string, err error) {
	if err != nil {
		panic(fmt.Sprintf("testutil: %s: %v", call, err))
	}
}
