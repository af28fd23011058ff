//go:build !linux

package testutil

import "testing"

// The leak gate judges descriptors on Linux alone: elsewhere it sees none.
func descriptors() map[int]string { return nil }

func startPoller() {}

// FDCount returns how many descriptors the process has open. On systems other than
// Linux it skips t.
func FDCount(t testing.TB) int {
	t.Helper()
	t.Skip("counts descriptors: needs Linux's /proc/self/fd")
	return 0
}

// fileID says which file a descriptor means.
type fileID struct{}

func identify(int) fileID { return fileID{} }

func describe(_ int, target string) string { return target }
