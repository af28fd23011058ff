package cmsg

import "iter"

// Rights returns every whole descriptor in the messages of the given level and
// type (SOL_SOCKET, SCM_RIGHTS) of a control buffer, also of one that was
// truncated, so that the caller can close them all. Where [Reader] stops with
// an error it reads on as far as it makes sense: a length beyond the buffer
// means up to its end. Linux shortens the length of a truncated message to the
// descriptors that it installed (scm_detach_fds in net/core/scm.c); BSD kernels
// cut the message and leave the length (recvit in kern/uipc_syscalls.c).
//
// The buffer must be exactly what the system filled, and only once: any other
// number in it would be taken for a descriptor.
func (l Layout) Rights(b []byte, level, typ int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for rest := b; ; {
			h, ok := l.header(rest)
			start := l.Len(0)
			if !ok || h.length < uint64(start) {
				return
			}
			n := int(min(h.length, uint64(len(rest))))
			if int(h.level) == level && int(h.typ) == typ {
				for fd := range l.ints(rest[start:n]) {
					if !yield(fd) {
						return
					}
				}
			}
			rest = rest[l.next(rest, n):]
		}
	}
}
