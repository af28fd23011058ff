package sys

import "encoding/binary"

// putInt stores a C int at the start of p.
func putInt(p []byte, v int) { binary.NativeEndian.PutUint32(p, uint32(int32(v))) }

// getInt is the C int at the start of p.
func getInt(p []byte) int { return int(int32(binary.NativeEndian.Uint32(p))) }

// GetsockoptInt is getsockopt(2) of an option that is an int.
func GetsockoptInt(fd, level, opt int) (int, Errno) {
	if opt == Missing {
		return 0, EOPNOTSUPP
	}
	var p [4]byte
	_, e := Getsockopt(fd, level, opt, p[:])
	return getInt(p[:]), e
}

// SetsockoptInt is setsockopt(2) of an option that is an int.
func SetsockoptInt(fd, level, opt, v int) Errno {
	if opt == Missing {
		return EOPNOTSUPP
	}
	var p [4]byte
	putInt(p[:], v)
	return Setsockopt(fd, level, opt, p[:])
}
