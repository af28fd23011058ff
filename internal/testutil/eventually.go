package testutil

import (
	"fmt"
	"testing"
	"time"
)

// Eventually waits until cond is true, asking it every millisecond, and fails t
// at once with the message if it is not within timeout. It is for states that
// nothing signals, such as a kernel queue's; the timeout is a safety net, not a
// measurement. Call it from the test's goroutine.
func Eventually(t testing.TB, timeout time.Duration, cond func() bool, format string, args ...any) {
	t.Helper()
	for end := time.Now().Add(timeout); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", timeout, fmt.Sprintf(format, args...))
		}
	}
}
