package uds_test

import (
	"os"
	"testing"
	"time"
)

// safety is the deadline that turns a hang into a failure. No test measures
// it.
const safety = 30 * time.Second

// must fails t if err is not nil.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exists reports whether something is at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// wantDone waits for a send's error.
func wantDone(t testing.TB, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(safety):
		t.Fatal("the send hangs")
		return nil
	}
}
