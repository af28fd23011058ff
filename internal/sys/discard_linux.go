package sys

import "golang.org/x/sys/unix"

// Discard gives the pages of b, which Reserve made, back to the system.
func Discard(b []byte) { _ = unix.Madvise(b, unix.MADV_DONTNEED) }
