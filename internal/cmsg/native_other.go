//go:build !aix && !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !solaris && !zos

package cmsg

// These systems have no control messages. The package works with itself.
const (
	nativeLenBytes   = wordBytes
	nativeAlignBytes = wordBytes
)
