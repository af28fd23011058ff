//go:build dragonfly || freebsd || (netbsd && !arm && !arm64) || (openbsd && !arm)

package cmsg

// cmsg_len is a socklen_t, and _ALIGN rounds up to a register. DragonFly does
// so on 64 bits since version 5.8.
const (
	nativeLenBytes   = 4
	nativeAlignBytes = wordBytes
)
