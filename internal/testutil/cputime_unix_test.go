//go:build unix

package testutil

import (
	"testing"
	"time"
)

// The bound is wall time: it is only a safety net for a starved machine.
func TestCPUTimeGrowsWithWork(t *testing.T) {
	const work = 20 * time.Millisecond
	start, begun := CPUTime(), time.Now()
	for CPUTime() < start+work {
		if time.Since(begun) > time.Minute {
			t.Fatalf("got %v of CPU time in a minute of work, want %v", CPUTime()-start, work)
		}
	}
	if wall := time.Since(begun); wall < work/8 {
		t.Errorf("got %v of CPU time in %v", work, wall)
	}
}
