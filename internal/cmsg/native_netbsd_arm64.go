package cmsg

// cmsg_len is a socklen_t, and _ALIGN rounds up to 128 bits.
const (
	nativeLenBytes   = 4
	nativeAlignBytes = 16
)
