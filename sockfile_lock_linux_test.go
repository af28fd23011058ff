package uds_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// A lock that another holds ends the wait with an error. ExistingFail does not
// need it.
func TestSockfileDirectoryLockedByAnother(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	defer uds.SetLockToRemove(50 * time.Millisecond)()
	for _, existing := range []uds.ExistingPolicy{uds.ExistingRemoveStale, uds.ExistingReplace} {
		_, err = (&uds.ListenConfig{Existing: existing}).ListenSeq(t.Context(), path)
		if !errors.Is(err, syscall.ETIMEDOUT) || !strings.Contains(err.Error(), "flock of the directory") {
			t.Errorf("policy %d: got %v, want ETIMEDOUT", existing, err)
		}
		wantOnly(t, path, false)
	}
	l, err := uds.ListenSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	exchangeOver(t, l, path)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, path, false)
}

// The end of the context ends the wait for a lock that another holds, at once,
// and nothing is left behind.
func TestSockfileContextEndsTheWaitForTheLock(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	dir, err := os.Open(filepath.Dir(path))
	must(t, err)
	defer dir.Close()
	must(t, unix.Flock(int(dir.Fd()), unix.LOCK_EX))
	defer uds.SetLockToRemove(time.Hour)()
	fail := &uds.ListenConfig{}
	removeStale := &uds.ListenConfig{Existing: uds.ExistingRemoveStale}
	replace := &uds.ListenConfig{Existing: uds.ExistingReplace}
	for name, start := range map[string]func(ctx context.Context) error{
		"ListenSeq":          func(ctx context.Context) error { _, err := removeStale.ListenSeq(ctx, path); return err },
		"ListenSeq, fail":    func(ctx context.Context) error { _, err := fail.ListenSeq(ctx, path); return err },
		"ListenSeq, replace": func(ctx context.Context) error { _, err := replace.ListenSeq(ctx, path); return err },
		"Listen":             func(ctx context.Context) error { _, err := replace.Listen(ctx, "unix", path); return err },
		"ListenDgram":        func(ctx context.Context) error { _, err := removeStale.ListenDgram(ctx, path); return err },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			isErr(t, "cancelled", endsWhileLocked(t, ctx, dir.Name(), start, cancel), context.Canceled)
			ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			isErr(t, "timed out", endsWhileLocked(t, ctx, dir.Name(), start, func() {}), os.ErrDeadlineExceeded)
			wantOnly(t, path, false)
		})
	}
}

// endsWhileLocked starts a bind, calls end when the bind has opened the
// directory, whose lock the test has, and returns what the bind comes to.
func endsWhileLocked(t *testing.T, ctx context.Context, dir string, start func(context.Context) error, end func()) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- start(ctx) }()
	testutil.Eventually(t, safety, func() bool { return opened(dir) == 2 || len(done) > 0 }, "the directory to be opened")
	end()
	select {
	case err := <-done:
		return err
	case <-time.After(safety):
		t.Fatalf("got nothing in %v", safety)
		return nil
	}
}
