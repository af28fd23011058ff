package uds_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// A regular file that comes to the path between the look at what is there and the
// change is not removed: no policy, and no Close, takes what it did not look at.
func TestSockfileSwappedMeanwhile(t *testing.T) {
	for name, existing := range map[string]uds.ExistingPolicy{
		"remove stale": uds.ExistingRemoveStale, "replace": uds.ExistingReplace,
	} {
		t.Run(name, func(t *testing.T) {
			for range 300 {
				swapMeanwhile(t, existing)
			}
		})
	}
}

// swapMeanwhile listens in the place of a dead socket, and closes, while another
// exchanges what is at the path with a regular file.
func swapMeanwhile(t *testing.T, existing uds.ExistingPolicy) {
	t.Helper()
	dir := testutil.ShortDir(t)
	defer os.RemoveAll(dir)
	path, foreign := filepath.Join(dir, "s"), filepath.Join(dir, "foreign")
	stale(t, unix.SOCK_SEQPACKET, path)
	must(t, os.WriteFile(foreign, []byte("precious"), 0o600))
	stop := exchangeAlways(path, foreign)
	lc := uds.ListenConfig{Existing: existing}
	l, err := lc.ListenSeq(t.Context(), path)
	if err == nil {
		must(t, l.Close())
	}
	stop()
	switch name := findFile(t, dir, "precious"); name {
	case "s", "foreign":
	case "":
		t.Fatalf("the regular file is gone, after a listen that gave %v", err)
	default:
		t.Fatalf("the regular file has the name %q, after a listen that gave %v", name, err)
	}
}

// exchangeAlways exchanges two files, over and over, until stop is called.
func exchangeAlways(a, b string) (stop func()) {
	var over atomic.Bool
	began, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; !over.Load(); n++ {
			_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE) // one may be missing
			if n == 0 {
				close(began)
			}
		}
	}()
	<-began
	return func() { over.Store(true); <-done }
}

// findFile returns the name of a regular file of a directory that has the content,
// "" if there is none.
func findFile(t *testing.T, dir, content string) (name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil && string(b) == content {
			return e.Name()
		}
	}
	return ""
}
