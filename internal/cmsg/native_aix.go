package cmsg

// cmsg_len is a socklen_t, and there is no alignment.
const (
	nativeLenBytes   = 4
	nativeAlignBytes = 1
)
