package testutil

import (
	"os"
	"path/filepath"
	"testing"
)

// ShortDir makes a directory whose path is short enough for any socket below it,
// /tmp/uds and a number, and removes it when t ends. t.TempDir contains the
// test's name and may exceed the 107 bytes that an AF_UNIX path has room for.
// Only the owner may enter it; chmod it for another user's sake.
func ShortDir(t testing.TB) string {
	t.Helper()
	base := "/tmp"
	if _, err := os.Stat(base); err != nil {
		base = os.TempDir()
	}
	dir, err := os.MkdirTemp(base, "uds")
	if err != nil {
		t.Fatalf("ShortDir: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("ShortDir: %v", err)
		}
	})
	return dir
}

// SocketPath returns a short path for a socket, in a directory of its own that
// is removed when t ends. Nothing is there yet.
func SocketPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(ShortDir(t), "s")
}
