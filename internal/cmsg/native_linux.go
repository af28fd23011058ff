package cmsg

// cmsg_len is a size_t, and CMSG_ALIGN rounds up to a long
// (include/linux/socket.h).
const (
	nativeLenBytes   = wordBytes
	nativeAlignBytes = wordBytes
)
