package socket

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"example.com/uds/internal/sys"
)

// NoDelay returns TCP_NODELAY.
func (s *Socket) NoDelay() (bool, error) { return s.Bool(IPProtoTCP, TCPNodelay) }

// SetNoDelay sends segments at once, small ones too (TCP_NODELAY). Unlike package
// net's connections, a Socket does not have it from the start.
func (s *Socket) SetNoDelay(on bool) error { return s.SetBool(IPProtoTCP, TCPNodelay, on) }

// V6Only returns IPV6_V6ONLY.
func (s *Socket) V6Only() (bool, error) { return s.Bool(IPProtoIPv6, IPv6V6only) }

// SetV6Only keeps IPv4 off an AF_INET6 socket (IPV6_V6ONLY). It must come
// before Bind.
func (s *Socket) SetV6Only(on bool) error { return s.SetBool(IPProtoIPv6, IPv6V6only, on) }

// hops and setHops read and set a hop limit: name4 is IPv4's option, name6 IPv6's.
func (s *Socket) hops(name4, name6 int) (int, error) {
	level, name, err := s.inetOption(name4, name6)
	if err != nil {
		return 0, err
	}
	return s.Int(level, name)
}

func (s *Socket) setHops(name4, name6, hops int) error {
	level, name, err := s.inetOption(name4, name6)
	if err != nil {
		return err
	}
	if hops < -1 || hops > 255 {
		return optionValueError(level, name, hops, "-1 (the default) to 255")
	}
	return s.SetInt(level, name, hops)
}

// inetOption returns the option of the socket's family.
func (s *Socket) inetOption(name4, name6 int) (level, name int, err error) {
	switch s.Family() {
	case AFInet:
		return IPProtoIP, name4, nil
	case AFInet6:
		return IPProtoIPv6, name6, nil
	}
	return 0, 0, sysErr(fmt.Sprintf("option of AF_INET and AF_INET6 on a socket of family %d", s.Family()), sys.EOPNOTSUPP)
}

// UnicastHops returns the hop limit of what goes to a single host
// (IPV6_UNICAST_HOPS, IP_TTL).
func (s *Socket) UnicastHops() (int, error) { return s.hops(sys.IPTTL, IPv6UnicastHops) }

// SetUnicastHops sets the hop limit of what goes to a single host: 1 to 255, on
// AF_INET6 0 too, or -1 for the system's default.
func (s *Socket) SetUnicastHops(hops int) error { return s.setHops(sys.IPTTL, IPv6UnicastHops, hops) }

// MulticastHops returns the hop limit of what goes to groups (IPV6_MULTICAST_HOPS,
// IP_MULTICAST_TTL). The multicast options of AF_INET exist on Linux only.
func (s *Socket) MulticastHops() (int, error) { return s.hops(sys.IPMulticastTTL, IPv6MulticastHops) }

// SetMulticastHops sets the hop limit of what goes to groups: 0 to 255, or -1 for
// the system's default, 1.
func (s *Socket) SetMulticastHops(hops int) error {
	return s.setHops(sys.IPMulticastTTL, IPv6MulticastHops, hops)
}

// MulticastLoop reports whether members on this machine get what the socket
// sends to groups (IPV6_MULTICAST_LOOP, IP_MULTICAST_LOOP).
func (s *Socket) MulticastLoop() (bool, error) {
	level, name, err := s.inetOption(sys.IPMulticastLoop, IPv6MulticastLoop)
	if err != nil {
		return false, err
	}
	return s.Bool(level, name)
}

// SetMulticastLoop sets whether members on this machine get what the socket sends
// to groups.
func (s *Socket) SetMulticastLoop(on bool) error {
	level, name, err := s.inetOption(sys.IPMulticastLoop, IPv6MulticastLoop)
	if err != nil {
		return err
	}
	return s.SetBool(level, name, on)
}

// MulticastInterface returns the index of the interface that packets to groups
// leave by, 0 while routing chooses (IPV6_MULTICAST_IF). AF_INET does not tell:
// there the error is errors.ErrUnsupported.
func (s *Socket) MulticastInterface() (int, error) {
	level, name, err := s.inetOption(sys.IPMulticastIf, IPv6MulticastIf)
	if err != nil {
		return 0, err
	}
	if level == IPProtoIP {
		return 0, Unsupported("getsockopt IPPROTO_IP IP_MULTICAST_IF as an index")
	}
	return s.Int(level, name)
}

// SetMulticastInterface makes packets to groups leave by the interface with the
// given index, as net.InterfaceByName tells it; 0 lets routing choose
// (IPV6_MULTICAST_IF, IP_MULTICAST_IF).
func (s *Socket) SetMulticastInterface(index int) error {
	level, name, err := s.inetOption(sys.IPMulticastIf, IPv6MulticastIf)
	if err != nil {
		return err
	}
	if !isIndex(index) {
		return optionValueError(level, name, index, allowedIndex)
	}
	if level == IPProtoIP {
		return s.setGroup(level, name, mreqn(netip.IPv4Unspecified(), index), fmt.Sprintf("interface %d", index))
	}
	return s.SetInt(level, name, index)
}

// JoinGroup makes the socket receive what is sent to a multicast group on the
// interface with the given index; 0 means the one that routing chooses
// (IPV6_JOIN_GROUP, IP_ADD_MEMBERSHIP). The group must be of the socket's family.
// If index is 0, a zone of the group, an interface's name or index, stands for it.
func (s *Socket) JoinGroup(group netip.Addr, index int) error {
	return s.membership(sys.IPAddMembership, IPv6JoinGroup, group, index)
}

// LeaveGroup undoes a JoinGroup (IPV6_LEAVE_GROUP, IP_DROP_MEMBERSHIP).
func (s *Socket) LeaveGroup(group netip.Addr, index int) error {
	return s.membership(sys.IPDropMembership, IPv6LeaveGroup, group, index)
}

func (s *Socket) membership(name4, name6 int, group netip.Addr, index int) error {
	level, name, err := s.inetOption(name4, name6)
	if err != nil {
		return err
	}
	if !group.IsMulticast() || group.Is4() != (level == IPProtoIP) {
		return optionValueError(level, name, group, "a multicast address of the socket's family")
	}
	if !isIndex(index) {
		return optionValueError(level, name, index, allowedIndex)
	}
	if zone := group.Zone(); zone != "" && index == 0 {
		scope, err := scopeID(zone)
		if err != nil {
			return optionValueError(level, name, group, "a zone that is an interface's name or index")
		}
		index = int(scope)
	}
	given := fmt.Sprintf("%v on interface %d", group, index)
	if level == IPProtoIP {
		return s.setGroup(level, name, mreqn(group, index), given)
	}
	return s.setGroup(level, name, mreq6(group, index), given)
}

// setGroup sets an option that is a struct; given is what errors show of it.
func (s *Socket) setGroup(level, name int, p []byte, given string) error {
	return s.setOption(level, name, kindBytes, given, func(fd int) sys.Errno {
		return sys.Setsockopt(fd, level, name, p)
	})
}

// isIndex reports whether a number may be the index of an interface.
func isIndex(index int) bool { return index >= 0 && index == int(int32(index)) }

const allowedIndex = "an interface's index, or 0"

// mreqn is struct ip_mreqn of Linux: group, local address, interface.
func mreqn(group netip.Addr, index int) []byte {
	return binary.NativeEndian.AppendUint32(append(group.AsSlice(), 0, 0, 0, 0), uint32(index))
}

// mreq6 is struct ipv6_mreq: group, interface.
func mreq6(group netip.Addr, index int) []byte {
	return binary.NativeEndian.AppendUint32(group.AsSlice(), uint32(index))
}
