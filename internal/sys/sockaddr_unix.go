//go:build unix && !linux

package sys

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"
)

// toUnix returns sa in the form that package unix takes.
func toUnix(sa *Sockaddr) (unix.Sockaddr, Errno) {
	d := sa.Data()
	switch {
	case sa.Family() == AFUnix:
		name, _, _ := strings.Cut(string(d), "\x00")
		return &unix.SockaddrUnix{Name: name}, 0
	case sa.Family() == AFInet && len(d) >= 6:
		in := &unix.SockaddrInet4{Port: int(binary.BigEndian.Uint16(d))}
		copy(in.Addr[:], d[2:])
		return in, 0
	case sa.Family() == AFInet6 && len(d) >= 26:
		in := &unix.SockaddrInet6{Port: int(binary.BigEndian.Uint16(d)), ZoneId: binary.NativeEndian.Uint32(d[22:])}
		copy(in.Addr[:], d[6:])
		return in, 0
	}
	return nil, EAFNOSUPPORT
}

// fromUnix is the reverse of toUnix; an address of another kind becomes no address.
func fromUnix(from unix.Sockaddr) (sa Sockaddr) {
	switch a := from.(type) {
	case *unix.SockaddrUnix:
		sa, _ = MakeSockaddr(AFUnix, a.Name)
	case *unix.SockaddrInet4:
		d := binary.BigEndian.AppendUint16(nil, uint16(a.Port))
		d = append(d, a.Addr[:]...)
		sa, _ = MakeSockaddr(AFInet, string(append(d, make([]byte, 8)...)))
	case *unix.SockaddrInet6:
		d := binary.BigEndian.AppendUint16(nil, uint16(a.Port))
		d = append(append(d, 0, 0, 0, 0), a.Addr[:]...)
		sa, _ = MakeSockaddr(AFInet6, string(binary.NativeEndian.AppendUint32(d, a.ZoneId)))
	}
	return sa
}
