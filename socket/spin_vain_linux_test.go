package socket_test

import (
	"fmt"
	"runtime"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() { testutil.RegisterChild("spinsInVain", spinsInVainChild) }

// A spin that meets no message leaves chances to spin out.
func TestSpinInVainLeavesChancesOut(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("needs two processors: one never spins")
	}
	testutil.RunSilent(t, testutil.Child(t, "spinsInVain"))
}

func spinsInVainChild() {
	far, _ := onePPair(0, true)
	for range 2 * socket.AloneAfter { // it spins once it waits alone
		childCheck(waitInVain(far))
	}
	if socket.LeftOut(far) == 0 {
		fmt.Println("got no chance left out, want some")
	}
}
