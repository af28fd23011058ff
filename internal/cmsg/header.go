package cmsg

// A header is a struct cmsghdr. Its length counts the header itself.
type header struct {
	length     uint64
	level, typ int32
}

// header reads the header at the start of b. It returns false if b is shorter
// than a message without payload.
func (l Layout) header(b []byte) (header, bool) {
	if len(b) < l.Len(0) {
		return header{}, false
	}
	n := l.lenBytes()
	h := header{level: int32(l.uint32(b[n:])), typ: int32(l.uint32(b[n+4:]))}
	if l.wide {
		h.length = l.uint64(b)
	} else {
		h.length = uint64(l.uint32(b))
	}
	return h, true
}

// putHeader writes h to the start of b, but not the padding behind it.
func (l Layout) putHeader(b []byte, h header) {
	n := l.lenBytes()
	if l.wide {
		l.putUint64(b, h.length)
	} else {
		l.putUint32(b, uint32(h.length))
	}
	l.putUint32(b[n:], uint32(h.level))
	l.putUint32(b[n+4:], uint32(h.typ))
}

// next returns the offset in b of the message behind one of n bytes, at most
// len(b): the last message of a buffer may lack its padding.
func (l Layout) next(b []byte, n int) int {
	return n + min(l.pad(n), len(b)-n)
}
