package testutil

import (
	"testing"

	"golang.org/x/sys/unix"
)

// RawPair returns the descriptors of a pair of blocking SEQPACKET sockets, which
// it closes when t ends.
func RawPair(t testing.TB) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}
