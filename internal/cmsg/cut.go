package cmsg

import "encoding/binary"

// nativeHead is the offset of a payload in the system's layout.
const nativeHead = (nativeLenBytes + 8 + nativeAlignBytes - 1) &^ (nativeAlignBytes - 1)

// Cut returns the first message of a control buffer in the system's layout, and
// what is behind it. It is one step of a [Reader], with no state to keep: ok is
// false where [Reader.Next] is, at the end of b and where b is malformed.
func Cut(b []byte) (level, typ int, data, rest []byte, ok bool) {
	if len(b) < nativeHead {
		return 0, 0, nil, nil, false
	}
	size := uint64(binary.NativeEndian.Uint32(b))
	if nativeLenBytes == 8 {
		size = binary.NativeEndian.Uint64(b)
	}
	if size < nativeHead || size > uint64(len(b)) {
		return 0, 0, nil, nil, false
	}
	n := int(size)
	level = int(int32(binary.NativeEndian.Uint32(b[nativeLenBytes:])))
	typ = int(int32(binary.NativeEndian.Uint32(b[nativeLenBytes+4:])))
	next := min((n+nativeAlignBytes-1)&^(nativeAlignBytes-1), len(b))
	return level, typ, b[nativeHead:n:n], b[next:], true
}

// IntsOf appends to s what [Reader.Ints] returns of a payload.
func IntsOf(s []int, data []byte) []int {
	for ; len(data) >= 4; data = data[4:] {
		s = append(s, int(int32(binary.NativeEndian.Uint32(data))))
	}
	return s
}

// UcredOf is [Reader.Ucred] of a payload.
func UcredOf(data []byte) (Ucred, error) { return Native.ucred(data) }

// TimevalOf is [Reader.Timeval] of a payload.
func TimevalOf(data []byte) (sec, nsec int64, err error) { return Native.timeval(data) }

// TimespecOf is [Reader.Timespec] of a payload.
func TimespecOf(data []byte) (sec, nsec int64, err error) { return Native.timespec(data) }
