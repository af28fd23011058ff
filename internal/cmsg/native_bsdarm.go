//go:build arm && (netbsd || openbsd)

package cmsg

// cmsg_len is a socklen_t, and _ALIGN rounds up to 64 bits on ARM.
const (
	nativeLenBytes   = 4
	nativeAlignBytes = 8
)
