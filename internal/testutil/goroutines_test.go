package testutil

import (
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"
)

func TestMainReportsLeakedGoroutine(t *testing.T) {
	wantLeak(t, "TestGateLeaksGoroutine", "1 goroutine(s) leaked", "created by ", "testutil.leakGoroutine in goroutine")
}

func TestCheckLeaksReportsLeakedGoroutine(t *testing.T) {
	wantLeak(t, "TestGateCheckedGoroutine", "--- FAIL: TestGateCheckedGoroutine", "testutil.leakGoroutine in goroutine")
}

func TestMainWaitsForGoroutinesThatEnd(t *testing.T) { wantClean(t, "TestGateLateGoroutine") }

func TestMainIgnoresSignalGoroutine(t *testing.T) { wantClean(t, "TestGateSignal") }

func TestMainIgnoresFinalizerGoroutine(t *testing.T) { wantClean(t, "TestGateFinalizer") }

func TestGateLeaksGoroutine(t *testing.T) {
	onlyUnderGate(t)
	leakGoroutine()
}

func TestGateCheckedGoroutine(t *testing.T) {
	onlyUnderGate(t)
	CheckLeaks(t)
	leakGoroutine()
}

func TestGateLateGoroutine(t *testing.T) {
	onlyUnderGate(t)
	go time.Sleep(ownGrace / 2) // what the gate has to wait for
}

func TestGateSignal(t *testing.T) {
	onlyUnderGate(t)
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	signal.Stop(c)
}

// The goroutine that runs finalizers is the runtime's, but shows among the
// stacks while it runs one.
func TestGateFinalizer(t *testing.T) {
	onlyUnderGate(t)
	running := make(chan struct{})
	runtime.SetFinalizer(&[64]byte{}, func(*[64]byte) {
		close(running)
		select {}
	})
	for {
		runtime.GC()
		select {
		case <-running:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

//go:noinline
func leakGoroutine() {
	go func() { select {} }()
}

func TestGoroutinesSeesAllOfMany(t *testing.T) {
	const n = 500
	before := takeSnapshot()
	stop := make(chan struct{})
	defer close(stop)
	for range n {
		go func() { <-stop }()
	}
	if got := len(before.added().goroutines); got != n {
		t.Errorf("got %d new goroutines, want %d", got, n)
	}
}
