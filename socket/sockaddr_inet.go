package socket

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
)

// Inet returns the address of an IP address and port: AF_INET for IPv4,
// AF_INET6 for the rest, IPv4-mapped addresses among them. A zone is the name
// or the index of an interface; a name that no interface has is EINVAL.
func Inet(ap netip.AddrPort) (Sockaddr, error) {
	ip := ap.Addr()
	if !ip.IsValid() {
		return Sockaddr{}, sockaddrError("the zero netip.Addr is no address")
	}
	var b [inet6Size]byte
	binary.BigEndian.PutUint16(b[:], ap.Port())
	if ip.Is4() {
		a := ip.As4()
		copy(b[2:], a[:])
		return raw(AFInet, string(b[:inet4Size]))
	}
	scope, err := scopeID(ip.Zone())
	if err != nil {
		return Sockaddr{}, err
	}
	a := ip.As16()
	copy(b[6:], a[:])
	binary.NativeEndian.PutUint32(b[22:], scope)
	return raw(AFInet6, string(b[:]))
}

// Sizes of struct sockaddr_in and sockaddr_in6 without the family. The first
// is port, address and 8 bytes of zero; the second is port, flow, address and
// scope.
const (
	inet4Size = 14
	inet6Size = 26
)

// Inet returns the IP address and port. The zone of a scope is the interface's
// name, or its index in digits if the interface is gone.
func (sa *Sockaddr) Inet() (netip.AddrPort, bool) {
	d := sa.Data()
	switch {
	case sa.IsZero():
	case sa.Family() == AFInet && len(d) >= 6:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(d[2:])), binary.BigEndian.Uint16(d)), true
	case sa.Family() == AFInet6 && len(d) >= inet6Size:
		ip := netip.AddrFrom16([16]byte(d[6:]))
		if scope := binary.NativeEndian.Uint32(d[22:]); scope != 0 {
			ip = ip.WithZone(interfaceName(int(scope)))
		}
		return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(d)), true
	}
	return netip.AddrPort{}, false
}

// Inets returns the addresses of a look-up with a port: what
// net.Resolver.LookupNetIP and LookupPort return becomes what Connect, Bind
// and SendTo take. An IPv4-mapped address, which LookupNetIP makes of a numeric
// host, becomes AF_INET.
func Inets(ips []netip.Addr, port uint16) ([]Sockaddr, error) {
	all := make([]Sockaddr, len(ips))
	for i, ip := range ips {
		sa, err := Inet(netip.AddrPortFrom(ip.Unmap(), port))
		if err != nil {
			return nil, err
		}
		all[i] = sa
	}
	return all, nil
}

// scopeID is the scope of a zone.
func scopeID(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if ifi, err := net.InterfaceByName(zone); err == nil {
		return uint32(ifi.Index), nil
	}
	n, err := strconv.ParseUint(zone, 10, 32)
	if err != nil {
		return 0, sockaddrError("zone %q is neither an interface's name nor its index", zone)
	}
	return uint32(n), nil
}

// interfaceName is the name of an interface, or its index in digits.
func interfaceName(index int) string {
	if ifi, err := net.InterfaceByIndex(index); err == nil {
		return ifi.Name
	}
	return strconv.Itoa(index)
}
