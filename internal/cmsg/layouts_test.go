package cmsg_test

import (
	"testing"

	"example.com/uds/internal/cmsg"
)

// Numbers of Linux; the codec takes any.
const (
	solSocket = 1
	scmRights = 1
	scmCreds  = 2
)

type namedLayout struct {
	name string
	cmsg.Layout
	lenBytes, headerBytes, alignBytes int
	big                               bool
}

// layouts is every layout, with what it must be.
var layouts = []namedLayout{
	{"Linux64LE", cmsg.Linux64LE, 8, 16, 8, false},
	{"Linux64BE", cmsg.Linux64BE, 8, 16, 8, true},
	{"Linux32LE", cmsg.Linux32LE, 4, 12, 4, false},
	{"Linux32BE", cmsg.Linux32BE, 4, 12, 4, true},
	{"BSD64LE", cmsg.BSD64LE, 4, 16, 8, false},
	{"BSD64BE", cmsg.BSD64BE, 4, 16, 8, true},
	{"NetBSDARM64", cmsg.NetBSDARM64, 4, 16, 16, false},
	{"Darwin", cmsg.Darwin, 4, 12, 4, false},
	{"AIX", cmsg.AIX, 4, 12, 1, true},
	{"zero", cmsg.Layout{}, 4, 12, 1, false},
}

func forEachLayout(t *testing.T, f func(*testing.T, namedLayout)) {
	t.Helper()
	for _, l := range layouts {
		t.Run(l.name, func(t *testing.T) { f(t, l) })
	}
}

// roundUp is the slow way to the next multiple of the alignment.
func (l namedLayout) roundUp(n int) int {
	for n%l.alignBytes != 0 {
		n++
	}
	return n
}

// number reads b as an unsigned integer, a byte at a time.
func (l namedLayout) number(b []byte) uint64 {
	var v uint64
	for i := range b {
		if l.big {
			v = v<<8 | uint64(b[i])
		} else {
			v = v<<8 | uint64(b[len(b)-1-i])
		}
	}
	return v
}

// bytes is number's reverse.
func (l namedLayout) bytes(v uint64, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		if l.big {
			b[size-1-i] = byte(v)
		} else {
			b[i] = byte(v)
		}
		v >>= 8
	}
	return b
}

// raw is a message as the reference builds it, without padding behind it. The
// stated length need not be true.
func (l namedLayout) raw(length uint64, level, typ int32, payload []byte) []byte {
	b := l.bytes(length, l.lenBytes)
	b = append(b, l.bytes(uint64(uint32(level)), 4)...)
	b = append(b, l.bytes(uint64(uint32(typ)), 4)...)
	for len(b) < l.headerBytes {
		b = append(b, 0)
	}
	return append(b, payload...)
}

// message is raw with the true length.
func (l namedLayout) message(level, typ int32, payload []byte) []byte {
	return l.raw(uint64(l.headerBytes+len(payload)), level, typ, payload)
}

// padded is b with zeroes up to the alignment.
func (l namedLayout) padded(b []byte) []byte {
	return append(b, make([]byte, l.roundUp(len(b))-len(b))...)
}

// ints is a payload of 32-bit integers.
func (l namedLayout) ints(vs ...int32) []byte {
	var b []byte
	for _, v := range vs {
		b = append(b, l.bytes(uint64(uint32(v)), 4)...)
	}
	return b
}
