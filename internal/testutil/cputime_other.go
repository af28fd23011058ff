//go:build !unix

package testutil

import "time"

// CPUTime returns the CPU time that this process has used, in user and system
// mode together, as getrusage(2) tells it. It is 0 on systems that are not Unix.
func CPUTime() time.Duration { return 0 }
