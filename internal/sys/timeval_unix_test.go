//go:build unix

package sys

import (
	"math"
	"testing"
	"time"
)

// Where the seconds of a struct timeval have 32 bits, a longer time neither
// becomes negative, which the kernel takes for none, nor short.
func TestTimevalHoldsWhatItCan(t *testing.T) {
	const most32 = math.MaxInt32 * time.Second
	for _, d := range []time.Duration{
		0, time.Microsecond, 90 * time.Second, most32,
		most32 + time.Microsecond, 1 << 32 * time.Second, math.MaxInt64 / 1000 * 1000,
	} {
		tv := timeval(d)
		if got := time.Duration(tv.Nano()); got != d && (got != most32 || got > d) {
			t.Errorf("got %v, want %v, or the most that 32 bits can hold", got, d)
		}
	}
}
