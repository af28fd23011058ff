//go:build darwin || solaris || zos

package cmsg

// cmsg_len is a socklen_t, and the alignment that of an int, also on 64 bits.
const (
	nativeLenBytes   = 4
	nativeAlignBytes = 4
)
