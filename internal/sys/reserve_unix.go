//go:build unix

package sys

import "golang.org/x/sys/unix"

// Reserve returns n bytes of zeroed memory outside the Go heap, whose pages exist
// once they are touched. If there is no address space for it, the memory is the
// heap's. Unreserve returns it.
func Reserve(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return make([]byte, n)
	}
	return b
}

// Unreserve returns what Reserve made.
func Unreserve(b []byte) { _ = unix.Munmap(b) }
