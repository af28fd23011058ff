//go:build unix

package testutil

import (
	"testing"
	"time"
)

func TestLeastCPUIsThatOfTheCheapestRun(t *testing.T) {
	const work = 20 * time.Millisecond
	runs := 0
	got := LeastCPU(work/2, func() {
		if runs++; runs < 3 {
			for start := CPUTime(); CPUTime() < start+work; {
			}
		}
	})
	if runs < 3 || got >= work {
		t.Errorf("got %v after %d runs, want less than %v after three", got, runs, work)
	}
}

func TestLeastCPUEndsWithARunThatIsCheapEnough(t *testing.T) {
	runs := 0
	LeastCPU(time.Hour, func() { runs++ })
	if runs != 1 {
		t.Errorf("got %d runs, want 1", runs)
	}
}
