//go:build !aix && !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !solaris && !zos

package cmsg

// These systems have no control messages. The package only has to agree with
// itself.
const (
	nativeLenBytes   = wordBytes
	nativeAlignBytes = wordBytes
)
