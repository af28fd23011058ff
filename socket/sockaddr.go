package socket

import (
	"bytes"
	"fmt"
	"strings"

	"example.com/uds/internal/sys"
)

// Sockaddr is a socket address of any family: the bytes that the kernel sees,
// as a comparable value that allocates nothing. The zero value is no address.
//
// Unix, Inet, Netlink, Packet and Raw make one, and the methods of the same
// names take it apart: each reports false for an address of another family or
// one that is too short.
type Sockaddr struct{ raw sys.Sockaddr }

// Raw returns the address of a family with the given bytes after the family,
// or EINVAL if they do not fit struct sockaddr_storage. It is for families that
// have no constructor here.
func Raw(family int, data []byte) (Sockaddr, error) { return raw(family, string(data)) }

func raw(family int, data string) (Sockaddr, error) {
	if family < 0 || family > maxFamily {
		return Sockaddr{}, sockaddrError("family %d, allowed are 0 to %d", family, maxFamily)
	}
	sa, ok := sys.MakeSockaddr(family, data)
	if !ok {
		return Sockaddr{}, sockaddrError("%d bytes do not fit struct sockaddr_storage", len(data))
	}
	return Sockaddr{sa}, nil
}

// maxFamily is the largest sa_family_t.
const maxFamily = 1<<16 - 1

// sockaddrError returns the error of an impossible address.
func sockaddrError(format string, args ...any) error {
	return sysErr("sockaddr: "+fmt.Sprintf(format, args...), sys.EINVAL)
}

// Unix returns an AF_UNIX address of the bytes of sun_path: a path, an abstract
// name after a NUL, or nothing for the unnamed address. Bytes that do not fit are
// EINVAL, and so is a path with more behind a NUL, which the kernel would take for
// a shorter one.
func Unix(sunPath string) (Sockaddr, error) {
	if len(sunPath) > sys.SunPathSize {
		return Sockaddr{}, sockaddrError("sun_path of %d bytes, it has %d", len(sunPath), sys.SunPathSize)
	}
	if i := strings.IndexByte(sunPath, 0); i > 0 && strings.Trim(sunPath[i:], "\x00") != "" {
		return Sockaddr{}, sockaddrError("path %q, which ends before its NUL byte", sunPath)
	}
	if n := len(sunPath); n > 0 && sunPath[0] != 0 && n < sys.SunPathSize && sunPath[n-1] != 0 {
		sunPath += "\x00"
	}
	return raw(sys.AFUnix, sunPath)
}

// Unix returns the bytes of sun_path as the function Unix takes them: a path
// without the NUL that ends it, an abstract name with the NUL that starts it,
// or nothing.
func (sa *Sockaddr) Unix() (sunPath string, ok bool) {
	if sa.Family() != AFUnix || sa.IsZero() {
		return "", false
	}
	d := sa.Data()
	if len(d) > 0 && d[0] != 0 {
		d, _, _ = bytes.Cut(d, []byte{0})
	}
	return string(d), true
}

// IsZero reports whether sa is no address.
func (sa *Sockaddr) IsZero() bool { return sa.raw.IsZero() }

// Family returns the address family, 0 for no address.
func (sa *Sockaddr) Family() int { return sa.raw.Family() }

// Data returns the bytes after the family. They are sa's own.
func (sa *Sockaddr) Data() []byte { return sa.raw.Data() }
