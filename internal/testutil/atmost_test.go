package testutil

import (
	"strings"
	"testing"
	"time"
)

func TestAtMostPassesOnceWithinTheLimit(t *testing.T) {
	calls := 0
	AtMost(t, 7, func() time.Duration { calls++; return time.Duration(10 - calls) }, "third call")
	if calls != 3 {
		t.Errorf("got %d calls, want 3", calls)
	}
}

func TestAtMostFailsWithTheLeast(t *testing.T) {
	calls := 0
	got := try(func(t testing.TB) {
		atMost(t, 0, 2, func() time.Duration { calls++; return time.Duration(6 - min(calls, 3)) }, "latency of %d", 7)
	})
	for _, want := range []string{"ns at the least", "2ns at most", "latency of 7"} {
		if !got.failed || !strings.Contains(got.message, want) {
			t.Errorf("got %+v, want a failure that says %s", got, want)
		}
	}
}
