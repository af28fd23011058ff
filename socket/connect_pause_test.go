//go:build unix

package socket

import (
	"testing"
	"time"
)

// However many calls wait for room in a backlog, together they try no more often
// than a processor can afford.
func TestPausesOfManyConnects(t *testing.T) {
	for _, n := range []int32{1, 2, 40, 41, 500, 1 << 20} {
		pause := longestPauseOf(n)
		if tries := float64(n) * float64(time.Second) / float64(pause); pause < longestPause || tries > 4000.01 {
			t.Errorf("%d calls: got a longest pause of %v, %.0f tries a second, want %v at least and 4000 tries at most", n, pause, tries, longestPause)
		}
	}
	if pause := longestPauseOf(1); pause != longestPause {
		t.Errorf("a call alone: got %v, want %v", pause, longestPause)
	}
}
