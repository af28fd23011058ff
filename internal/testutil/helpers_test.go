package testutil

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSocketPathIsShortAndRemoved(t *testing.T) {
	var path string
	t.Run("a subtest whose name alone would fill most of what an AF_UNIX address can hold", func(t *testing.T) {
		path = SocketPath(t)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if len(path) > 64 {
		t.Errorf("got a path of %d bytes, %s, want at most 64", len(path), path)
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("after the test: got %v, want no such directory", err)
	}
}

func TestEventuallyReturnsOnceTrue(t *testing.T) {
	calls := 0
	Eventually(t, time.Minute, func() bool { calls++; return calls == 3 }, "third call")
	if calls != 3 {
		t.Errorf("got %d calls, want 3", calls)
	}
}

func TestEventuallyFailsWithTheMessage(t *testing.T) {
	got := try(func(t testing.TB) {
		Eventually(t, time.Millisecond, func() bool { return false }, "queue of %d", 7)
	})
	if !got.failed || !strings.Contains(got.message, "queue of 7") {
		t.Errorf("got %+v, want a failure that says queue of 7", got)
	}
}
