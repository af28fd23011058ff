//go:build !linux

package sys

// Discard does nothing: not every system here has madvise(2).
func Discard([]byte) {}
