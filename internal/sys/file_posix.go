//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

const maxPath = 1024

// OpenDir opens a directory, which must be readable.
func OpenDir(dir int, name string) (int, Errno) {
	return openAt(dir, name, unix.O_RDONLY|unix.O_NONBLOCK)
}
