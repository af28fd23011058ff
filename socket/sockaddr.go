package socket

import "example.com/uds/internal/sys"

// Sockaddr is a socket address of any family: the bytes that the kernel sees,
// as a comparable value that allocates nothing. The zero value is no address.
type Sockaddr struct{ raw sys.Sockaddr }

// Raw returns the address of a family with the given bytes after the family,
// or EINVAL if they do not fit struct sockaddr_storage.
func Raw(family int, data []byte) (Sockaddr, error) { return raw(family, string(data)) }

func raw(family int, data string) (Sockaddr, error) {
	sa, ok := sys.MakeSockaddr(family, data)
	if !ok {
		return Sockaddr{}, sysErr("sockaddr", sys.EINVAL)
	}
	return Sockaddr{sa}, nil
}

// Unix returns an AF_UNIX address of the bytes of sun_path: a path, an
// abstract name after a NUL, or nothing for the unnamed address. Bytes that do
// not fit are EINVAL.
func Unix(sunPath string) (Sockaddr, error) {
	if len(sunPath) > sys.SunPathSize {
		return Sockaddr{}, sysErr("sockaddr", sys.EINVAL)
	}
	if n := len(sunPath); n > 0 && sunPath[0] != 0 && n < sys.SunPathSize && sunPath[n-1] != 0 {
		sunPath += "\x00"
	}
	return raw(sys.AFUnix, sunPath)
}

// IsZero reports whether sa is no address.
func (sa *Sockaddr) IsZero() bool { return sa.raw.IsZero() }

// Family returns the address family, 0 for no address.
func (sa *Sockaddr) Family() int { return sa.raw.Family() }

// Data returns the bytes after the family. They are sa's own.
func (sa *Sockaddr) Data() []byte { return sa.raw.Data() }
