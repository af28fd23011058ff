package uds

import (
	"os"

	"example.com/uds/internal/sys"
)

// close closes the descriptors that a found.
func (a *ancillary) close() {
	closeFDs(a.files)
	closeFDs(a.pidfds)
}

// closeFDs closes received descriptors that no file owns.
func closeFDs(fds []int) {
	for _, fd := range fds {
		sys.Adopt(fd)
		sys.Close(fd)
	}
}

// newFile makes a file that owns a received descriptor.
func newFile(fd int, name string) *os.File {
	sys.Adopt(fd)
	return os.NewFile(uintptr(fd), name)
}
