package testutil

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// patience is how long AtMost repeats a measurement.
const patience = 15 * time.Second

// AtMost measures again and again until it gets limit or less, and fails t with the
// message if that takes too many seconds. It is for times to which a busy machine,
// and whatever else the process does, can only add: one time over the limit says
// nothing, but all of them do.
func AtMost(t testing.TB, limit time.Duration, measure func() time.Duration, format string, args ...any) {
	t.Helper()
	atMost(t, patience, limit, measure, format, args...)
}

func atMost(t testing.TB, patience, limit time.Duration, measure func() time.Duration, format string, args ...any) {
	t.Helper()
	least, rounds := measure(), 1
	for end := time.Now().Add(patience); least > limit; rounds++ {
		if time.Now().After(end) {
			t.Fatalf("got %v at the least of %d times, want %v at most: %s", least, rounds, limit, fmt.Sprintf(format, args...))
		}
		least = min(least, measure())
	}
}

// CPUOf returns the CPU time that this process uses while f runs. A garbage
// collection that is due runs before f.
func CPUOf(f func()) time.Duration {
	runtime.GC()
	before := CPUTime()
	f()
	return CPUTime() - before
}
