package testutil

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// Main is the body of a package's TestMain. In a process that Child started it
// runs the registered function. Otherwise it runs the tests and then fails the
// run if a descriptor (Linux) or a goroutine outlives them, and prints what each
// is and where it was made. It does not return.
//
// The leak gate judges only a run that passed: a test that failed may well leave
// things behind. Benchmark runs record no creation stacks, because that costs time.
func Main(m *testing.M) {
	runChild()
	flag.Parse()
	if f := flag.Lookup("test.bench"); f != nil && f.Value.String() != "" {
		Descriptors.off.Store(true)
	}
	before := takeSnapshot()
	code := m.Run()
	if code == 0 {
		if report := before.leaks(&Descriptors); report != "" {
			fmt.Fprintf(os.Stderr, "FAIL: leak gate: %s", report)
			code = 1
		}
	}
	os.Exit(code)
}

// CheckLeaks fails t if a descriptor (Linux) or a goroutine made from here on
// outlives it. It runs as a cleanup: call it first, so that it runs after the
// test's other cleanups. It sees the whole process, so neither t nor a test that
// runs at the same time may be parallel.
func CheckLeaks(t testing.TB) {
	t.Helper()
	before := takeSnapshot()
	t.Cleanup(func() {
		if report := before.leaks(&Descriptors); report != "" {
			t.Errorf("leak gate: %s", report)
		}
	})
}
