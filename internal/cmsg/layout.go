package cmsg

import "encoding/binary"

// A Layout is how a system lays out control messages: the width of the length
// field, the alignment of headers and payloads, and the byte order. The level
// and the type are 32 bits wide everywhere.
//
// Layouts are small comparable values. The zero Layout has a 32-bit length, no
// alignment and little-endian byte order.
type Layout struct {
	mask int  // alignment in bytes, a power of two, minus one
	wide bool // the length field has 64 bits, not 32
	big  bool // big-endian
}

// The layouts of the systems that Go runs on. On Linux the length is a size_t
// and the alignment that of a long. Elsewhere the length is a 32-bit socklen_t
// and the alignment is the system's choice: see the native_*.go files.
var (
	Linux64LE   = newLayout(8, 8, false)
	Linux64BE   = newLayout(8, 8, true)
	Linux32LE   = newLayout(4, 4, false) // and the BSDs on 32 bits
	Linux32BE   = newLayout(4, 4, true)
	BSD64LE     = newLayout(4, 8, false) // and NetBSD and OpenBSD on arm
	BSD64BE     = newLayout(4, 8, true)
	NetBSDARM64 = newLayout(4, 16, false)
	Darwin      = newLayout(4, 4, false) // and Solaris and illumos
	AIX         = newLayout(4, 1, true)
)

// newLayout returns the layout with a length field of lenBytes, 4 or 8, and an
// alignment of alignBytes, a power of two.
func newLayout(lenBytes, alignBytes int, big bool) Layout {
	return Layout{mask: alignBytes - 1, wide: lenBytes == 8, big: big}
}

// Len returns the length that a header states for a payload of that many bytes,
// CMSG_LEN of cmsg(3): the header, its padding and the payload. Len(0) is the
// offset of the payload. A payload that no buffer can hold overflows.
func (l Layout) Len(payload int) int {
	return l.align(l.headerBytes()) + payload
}

// Space returns the bytes that a message with a payload of that many bytes takes in
// a control buffer, CMSG_SPACE of cmsg(3): [Layout.Len] and the padding behind the
// payload. A payload that no buffer can hold overflows.
func (l Layout) Space(payload int) int {
	return l.align(l.Len(payload))
}

func (l Layout) align(n int) int { return n + l.pad(n) }

// pad returns the bytes missing from n to the alignment.
func (l Layout) pad(n int) int { return -n & l.mask }

func (l Layout) headerBytes() int { return l.lenBytes() + 8 }

func (l Layout) lenBytes() int {
	if l.wide {
		return 8
	}
	return 4
}

func (l Layout) uint32(b []byte) uint32 {
	if l.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (l Layout) uint64(b []byte) uint64 {
	if l.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

func (l Layout) putUint32(b []byte, v uint32) {
	if l.big {
		binary.BigEndian.PutUint32(b, v)
	} else {
		binary.LittleEndian.PutUint32(b, v)
	}
}

func (l Layout) putUint64(b []byte, v uint64) {
	if l.big {
		binary.BigEndian.PutUint64(b, v)
	} else {
		binary.LittleEndian.PutUint64(b, v)
	}
}
