//go:build unix

package testutil

import (
	"fmt"
	"syscall"
	"time"
)

// CPUTime returns the CPU time that this process has used, in user and system
// mode together, as getrusage(2) tells it. It is 0 on systems that are not Unix.
func CPUTime() time.Duration {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		panic(fmt.Sprintf("testutil: getrusage: %v", err))
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}
