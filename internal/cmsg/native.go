package cmsg

import (
	"encoding/binary"
	"iter"
)

// Native is the layout of the system that the program is built for. Where a
// system has no control messages it is some valid layout.
var Native = newLayout(nativeLenBytes, nativeAlignBytes, binary.NativeEndian.Uint16([]byte{0, 1}) == 1)

// Len is [Layout.Len] of [Native].
func Len(payload int) int { return Native.Len(payload) }

// Space is [Layout.Space] of [Native].
func Space(payload int) int { return Native.Space(payload) }

// Append is [Layout.Append] of [Native].
func Append(b []byte, level, typ int, data []byte) ([]byte, error) {
	return Native.Append(b, level, typ, data)
}

// AppendInts is [Layout.AppendInts] of [Native].
func AppendInts(b []byte, level, typ int, ints []int) ([]byte, error) {
	return Native.AppendInts(b, level, typ, ints)
}

// AppendUcred is [Layout.AppendUcred] of [Native].
func AppendUcred(b []byte, level, typ int, u Ucred) ([]byte, error) {
	return Native.AppendUcred(b, level, typ, u)
}

// NewReader is [Layout.NewReader] of [Native].
func NewReader(b []byte) Reader { return Native.NewReader(b) }

// Rights is [Layout.Rights] of [Native].
func Rights(b []byte, level, typ int) iter.Seq[int] { return Native.Rights(b, level, typ) }
