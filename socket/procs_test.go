//go:build unix

package socket_test

import (
	"runtime"
	"testing"

	"example.com/uds/socket"
)

// Calls that have to wait notice, some waits later, that GOMAXPROCS has changed: with
// 1 none spins.
func TestChangeOfGOMAXPROCSIsNoticed(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	for _, want := range []int{1, 3, was} {
		runtime.GOMAXPROCS(want)
		for range socket.ProcsWaits {
			socket.Procs()
		}
		if got := socket.Procs(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
}
