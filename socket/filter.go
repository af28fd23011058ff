package socket

import (
	"fmt"

	"example.com/uds/internal/sys"
)

// BPFInstruction is an instruction of classic BPF, struct sock_filter of
// linux/filter.h: what golang.org/x/net/bpf assembles as a RawInstruction.
type BPFInstruction struct {
	Op     uint16
	Jt, Jf uint8
	K      uint32
}

// maxFilter is BPF_MAXINSNS of linux/bpf_common.h.
const maxFilter = 4096

// AttachFilter makes the kernel run a program of 1 to 4096 instructions on every
// message that arrives. The program returns how many bytes to keep; 0 drops the
// message (SO_ATTACH_FILTER, Linux). It replaces an earlier filter. Messages that
// are queued already stay: set the filter before Bind, or read the queue empty.
func (s *Socket) AttachFilter(prog []BPFInstruction) error {
	if len(prog) == 0 || len(prog) > maxFilter {
		return sysErr(fmt.Sprintf("setsockopt SOL_SOCKET SO_ATTACH_FILTER to %d instructions, allowed are 1 to %d", len(prog), maxFilter), sys.EINVAL)
	}
	raw := make([]sys.SockFilter, len(prog))
	for i, in := range prog {
		raw[i] = sys.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return s.control("setsockopt SOL_SOCKET SO_ATTACH_FILTER", func(fd int) sys.Errno {
		return sys.AttachFilter(fd, raw)
	})
}

// DetachFilter removes the filter; without one the error is ENOENT (Linux).
func (s *Socket) DetachFilter() error {
	return s.control("setsockopt SOL_SOCKET SO_DETACH_FILTER", sys.DetachFilter)
}
