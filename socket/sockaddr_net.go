package socket

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// String returns the address in the form that is usual for its family: a path,
// "@" and an abstract name, an IP address and port with the zone, a netlink
// port and groups ("1234/0x1"), a packet's interface, protocol and hardware
// address ("eth0/0x0800/02:00:00:00:00:01"). The address of another family is
// its number and bytes; the unnamed one and no address are "".
func (sa Sockaddr) String() string {
	if sa.IsZero() {
		return ""
	}
	if path, ok := sa.Unix(); ok {
		return unixString(path)
	}
	if ap, ok := sa.Inet(); ok {
		return ap.String()
	}
	if pid, groups, ok := sa.Netlink(); ok {
		return fmt.Sprintf("%d/%#x", pid, groups)
	}
	if p, ok := sa.Packet(); ok {
		return p.String()
	}
	return fmt.Sprintf("family %d: %x", sa.Family(), sa.Data())
}

// unixString is sun_path with "@" for the NUL of an abstract name.
func unixString(sunPath string) string {
	if name, ok := strings.CutPrefix(sunPath, "\x00"); ok {
		return "@" + name
	}
	return sunPath
}

// String returns the interface's name, or its index if it has none, the
// protocol and the hardware address.
func (a PacketAddr) String() string {
	return fmt.Sprintf("%s/0x%04x/%s", interfaceName(a.Interface), a.Protocol, a.Hardware)
}

// Addr is a Sockaddr as a net.Addr.
type Addr struct {
	Sockaddr
	Net string // what Network returns
}

// Network returns a.Net.
func (a *Addr) Network() string { return a.Net }

// Addr returns the address as package net has it for a network: a
// *net.TCPAddr, *net.UDPAddr or *net.IPAddr, a *net.UnixAddr, and an *Addr for
// the families that package net does not know. It is never nil.
func (sa Sockaddr) Addr(network string) net.Addr {
	if path, ok := sa.Unix(); ok {
		return &net.UnixAddr{Name: unixString(path), Net: network}
	}
	if ap, ok := sa.Inet(); ok {
		if a := inetAddr(network, ap); a != nil {
			return a
		}
	}
	return &Addr{Sockaddr: sa, Net: network}
}

func inetAddr(network string, ap netip.AddrPort) net.Addr {
	switch {
	case strings.HasPrefix(network, "tcp"):
		return net.TCPAddrFromAddrPort(ap)
	case strings.HasPrefix(network, "udp"):
		return net.UDPAddrFromAddrPort(ap)
	case strings.HasPrefix(network, "ip"):
		return &net.IPAddr{IP: ap.Addr().WithZone("").AsSlice(), Zone: ap.Addr().Zone()}
	}
	return nil
}

// FromAddr is the reverse of Sockaddr.Addr, except that an IPv4 address becomes one
// of AF_INET however package net holds it: an AF_INET6 socket wants it mapped. An
// address of another type, or a nil one, is EINVAL.
func FromAddr(a net.Addr) (Sockaddr, error) {
	switch a := a.(type) {
	case *Addr:
		if a != nil {
			return a.Sockaddr, nil
		}
	case *net.UnixAddr:
		if a != nil {
			return fromUnixAddr(a)
		}
	case *net.IPAddr:
		if a != nil {
			ip, _ := netip.AddrFromSlice(a.IP)
			return fromIP(netip.AddrPortFrom(ip.Unmap().WithZone(a.Zone), 0))
		}
	case *net.TCPAddr:
		if a != nil {
			return fromPort(a.AddrPort(), a.Port)
		}
	case *net.UDPAddr:
		if a != nil {
			return fromPort(a.AddrPort(), a.Port)
		}
	case interface{ AddrPort() netip.AddrPort }:
		return fromIP(a.AddrPort())
	}
	return Sockaddr{}, sockaddrError("%T is not an address of a socket", a)
}

// fromPort is fromIP of an address whose port may be too large.
func fromPort(ap netip.AddrPort, port int) (Sockaddr, error) {
	if port != int(ap.Port()) {
		return Sockaddr{}, sockaddrError("port %d, allowed are 0 to 65535", port)
	}
	return fromIP(ap)
}

// fromIP is Inet; an IPv4-mapped address means IPv4, as everywhere in package
// net.
func fromIP(ap netip.AddrPort) (Sockaddr, error) {
	return Inet(netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()))
}

func fromUnixAddr(a *net.UnixAddr) (Sockaddr, error) {
	if name, ok := strings.CutPrefix(a.Name, "@"); ok {
		return Unix("\x00" + name)
	}
	return Unix(a.Name)
}

// network is the name that package net has, or would have, for what the socket
// speaks.
func (s *Socket) network() string {
	family, typ := s.Family(), s.Type()
	for _, n := range networks {
		if n.family == family && family != Missing && (n.typ == typ || n.typ == anyType) {
			return n.name
		}
	}
	return fmt.Sprintf("family %d type %d", family, typ)
}

// anyType stands for every socket type.
const anyType = 0

var networks = []struct {
	family, typ int
	name        string
}{
	{AFUnix, SockStream, "unix"},
	{AFUnix, SockDgram, "unixgram"},
	{AFUnix, SockSeqpacket, "unixpacket"},
	{AFInet, SockStream, "tcp4"},
	{AFInet, SockDgram, "udp4"},
	{AFInet, SockRaw, "ip4"},
	{AFInet6, SockStream, "tcp6"},
	{AFInet6, SockDgram, "udp6"},
	{AFInet6, SockRaw, "ip6"},
	{AFNetlink, anyType, "netlink"},
	{AFPacket, anyType, "packet"},
}
