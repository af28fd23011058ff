package uds

import "bytes"

// AddrFromRaw returns the address that the kernel writes as sunPath: the bytes
// of sun_path, cut to the address length less the size of sun_family. It
// copies what it keeps.
//
//   - No bytes are the unnamed address.
//   - A leading NUL byte is an abstract name of exactly the bytes after it, at
//     most [MaxAbstractLen]; trailing NUL bytes belong to the name.
//   - Anything else is a path that ends before the first NUL byte. Without one
//     the path is all of sunPath: Linux accepts a path that fills sun_path.
//
// As in [PathAddr], a path that begins with '@' gets "./" in front.
//
// Systems other than Linux have no abstract names and may write the address of
// an unbound socket as NUL bytes: pass an empty sunPath for those.
func AddrFromRaw(sunPath []byte) (Addr, error) {
	if len(sunPath) == 0 {
		return Addr{}, nil
	}
	if sunPath[0] == 0 {
		if len(sunPath)-1 > MaxAbstractLen {
			return Addr{}, abstractTooLong(string(sunPath[1:]))
		}
		return Addr{string(sunPath)}, nil
	}
	if i := bytes.IndexByte(sunPath, 0); i >= 0 {
		sunPath = sunPath[:i]
	}
	if sunPath[0] == '@' {
		return Addr{"./" + string(sunPath)}, nil
	}
	return Addr{string(sunPath)}, nil
}

// Raw returns the bytes of sun_path for a, as bind(2) and connect(2) take them;
// the address length is their number plus the size of sun_family. The slice is
// the caller's.
//
//   - The unnamed address has none; bind(2) to it autobinds on Linux.
//   - An abstract name has a leading NUL byte and no terminating one.
//   - A path has a terminating NUL byte if there is room for it.
//
// A path of MaxPathLen+1 bytes fills sun_path and goes without the NUL byte,
// which Linux supplies itself (unix(7), BUGS). Raw fails for a longer one,
// with an error that satisfies errors.Is(err, syscall.EINVAL).
func (a Addr) Raw() ([]byte, error) {
	if a.IsPath() {
		return a.rawPath()
	}
	return []byte(a.name), nil
}

func (a Addr) rawPath() ([]byte, error) {
	n := len(a.name)
	if n > sunPathLen {
		return nil, newAddrError(a.name, tooLong("path", n, sunPathLen))
	}
	raw := make([]byte, min(n+1, sunPathLen))
	copy(raw, a.name)
	return raw, nil
}
