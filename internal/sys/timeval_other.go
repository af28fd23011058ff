//go:build !unix

package sys

import "time"

// GetsockoptTimeval fails.
func GetsockoptTimeval(int, int, int) (time.Duration, Errno) { return 0, ENOSYS }

// SetsockoptTimeval fails.
func SetsockoptTimeval(int, int, int, time.Duration) Errno { return ENOSYS }
