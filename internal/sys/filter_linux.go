package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// AttachFilter is setsockopt(2) of SO_ATTACH_FILTER.
func AttachFilter(fd int, prog []SockFilter) Errno {
	if len(prog) == 0 || len(prog) > maxFilter {
		return EINVAL
	}
	fprog := unix.SockFprog{
		Len:    uint16(len(prog)),
		Filter: (*unix.SockFilter)(unsafe.Pointer(unsafe.SliceData(prog))),
	}
	return errno(unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog))
}

// maxFilter is BPF_MAXINSNS of linux/bpf_common.h.
const maxFilter = 4096

// DetachFilter is setsockopt(2) of SO_DETACH_FILTER.
func DetachFilter(fd int) Errno {
	return SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
}
