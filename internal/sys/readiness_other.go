//go:build !linux

package sys

// Readiness reports whether poll(2) calls fd readable, at its end or failed.
func Readiness(fd int) bool {
	events, e := Poll(fd, PollIn)
	return events != 0 || e != 0
}
