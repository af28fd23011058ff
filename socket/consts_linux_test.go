package socket_test

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// The names are ours, the numbers are the system's.
func TestConstantsAreTheSystems(t *testing.T) {
	for name, c := range map[string][2]int{
		"AF_UNSPEC": {socket.AFUnspec, unix.AF_UNSPEC}, "AF_UNIX": {socket.AFUnix, unix.AF_UNIX},
		"AF_INET": {socket.AFInet, unix.AF_INET}, "AF_INET6": {socket.AFInet6, unix.AF_INET6},
		"AF_NETLINK": {socket.AFNetlink, unix.AF_NETLINK}, "AF_PACKET": {socket.AFPacket, unix.AF_PACKET},
		"SOCK_STREAM": {socket.SockStream, unix.SOCK_STREAM}, "SOCK_DGRAM": {socket.SockDgram, unix.SOCK_DGRAM}, "SOCK_RAW": {socket.SockRaw, unix.SOCK_RAW},
		"IPPROTO_ICMP": {socket.IPProtoICMP, unix.IPPROTO_ICMP}, "IPPROTO_IP": {socket.IPProtoIP, unix.IPPROTO_IP},
		"IPPROTO_IPV6": {socket.IPProtoIPv6, unix.IPPROTO_IPV6}, "IPPROTO_TCP": {socket.IPProtoTCP, unix.IPPROTO_TCP}, "IPPROTO_UDP": {socket.IPProtoUDP, unix.IPPROTO_UDP},
		"IPV6_JOIN_GROUP": {socket.IPv6JoinGroup, unix.IPV6_JOIN_GROUP}, "IPV6_LEAVE_GROUP": {socket.IPv6LeaveGroup, unix.IPV6_LEAVE_GROUP},
		"NETLINK_AUDIT": {socket.NetlinkAudit, unix.NETLINK_AUDIT}, "NETLINK_CONNECTOR": {socket.NetlinkConnector, unix.NETLINK_CONNECTOR},
		"NETLINK_DNRTMSG": {socket.NetlinkDnrtmsg, unix.NETLINK_DNRTMSG}, "NETLINK_ECRYPTFS": {socket.NetlinkEcryptfs, unix.NETLINK_ECRYPTFS},
		"NETLINK_FIB_LOOKUP": {socket.NetlinkFibLookup, unix.NETLINK_FIB_LOOKUP}, "NETLINK_FIREWALL": {socket.NetlinkFirewall, unix.NETLINK_FIREWALL},
		"NETLINK_GENERIC": {socket.NetlinkGeneric, unix.NETLINK_GENERIC}, "NETLINK_IP6_FW": {socket.NetlinkIP6Fw, unix.NETLINK_IP6_FW},
		"NETLINK_ISCSI": {socket.NetlinkIscsi, unix.NETLINK_ISCSI}, "NETLINK_KOBJECT_UEVENT": {socket.NetlinkKobjectUevent, unix.NETLINK_KOBJECT_UEVENT},
		"NETLINK_NETFILTER": {socket.NetlinkNetfilter, unix.NETLINK_NETFILTER}, "NETLINK_NFLOG": {socket.NetlinkNflog, unix.NETLINK_NFLOG},
		"NETLINK_ROUTE": {socket.NetlinkRoute, unix.NETLINK_ROUTE}, "NETLINK_SCSITRANSPORT": {socket.NetlinkScsitransport, unix.NETLINK_SCSITRANSPORT},
		"NETLINK_SELINUX": {socket.NetlinkSelinux, unix.NETLINK_SELINUX}, "NETLINK_UNUSED": {socket.NetlinkUnused, unix.NETLINK_UNUSED},
		"NETLINK_USERSOCK": {socket.NetlinkUsersock, unix.NETLINK_USERSOCK}, "NETLINK_XFRM": {socket.NetlinkXfrm, unix.NETLINK_XFRM},
		"SHUT_RD": {socket.ShutRead, unix.SHUT_RD}, "SHUT_WR": {socket.ShutWrite, unix.SHUT_WR}, "SHUT_RDWR": {socket.ShutBoth, unix.SHUT_RDWR},
		"SOL_SOCKET": {socket.SolSocket, unix.SOL_SOCKET}, "SOMAXCONN": {socket.Somaxconn, unix.SOMAXCONN},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %d, want %d", name, c[0], c[1])
		}
	}
}

// Dissolving an association is for datagrams: unix(7) knows it for no
// connection.
func TestDisconnect(t *testing.T) {
	seq, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := seq.Disconnect(); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("SOCK_SEQPACKET: got %v, want EINVAL", err)
	}
	a, _, _ := dgramPair(t)
	if err := a.Disconnect(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Peername(); !errors.Is(err, syscall.ENOTCONN) {
		t.Errorf("got %v, want ENOTCONN", err)
	}
}

// The standard library has no constants for getaddrinfo(3)'s hints: each is a
// choice of method or of argument.
func TestGetaddrinfoInStandardTerms(t *testing.T) {
	r := net.DefaultResolver
	for network, want := range map[string]netip.Addr{
		"ip4": netip.MustParseAddr("127.0.0.1"), // family = AF_INET
		"ip6": netip.MustParseAddr("::1"),       // family = AF_INET6
	} {
		got, err := r.LookupNetIP(background, network, want.String())
		if err != nil || len(got) != 1 || got[0].Unmap() != want {
			t.Errorf("%s: got %v, %v, want %v", network, got, err, want)
		}
	}
	// A link-local host keeps its zone in an IPAddr; LookupNetIP drops it.
	if got, err := r.LookupIPAddr(background, "fe80::1%lo"); err != nil || len(got) != 1 || got[0].Zone != "lo" {
		t.Errorf("got %v, %v, want fe80::1%%lo", got, err)
	}
	if _, err := netip.ParseAddr("not.numeric"); err == nil { // AI_NUMERICHOST
		t.Error("got no error for a name")
	}
	if _, err := r.LookupPort(background, "tcp", "no such service"); err == nil {
		t.Error("got no error for an unknown service")
	}
	if p, err := r.LookupPort(background, "udp", "53"); p != 53 || err != nil { // AI_NUMERICSERV
		t.Errorf("got %d, %v, want 53", p, err)
	}
	passive := netip.IPv6Unspecified() // AI_PASSIVE
	s := newSocket(t, socket.AFInet6, socket.SockStream, 0)
	if err := s.Bind(address(t)(socket.Inet(netip.AddrPortFrom(passive, 0)))); err != nil {
		t.Error(err)
	}
	mapped := netip.AddrFrom16(netip.MustParseAddr("192.0.2.1").As16()) // AI_V4MAPPED
	if !mapped.Is4In6() {
		t.Errorf("got %v, want an IPv4-mapped address", mapped)
	}
}

// What a system lacks has the number Missing there, and every call with it says
// so.
func TestMissingIsUnsupported(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockStream, 0)
	for name, err := range map[string]error{
		"family":     second(socket.New(socket.Missing, socket.SockStream, 0)),
		"type":       second(socket.New(socket.AFUnix, socket.Missing, 0)),
		"protocol":   second(socket.New(socket.AFNetlink, socket.SockRaw, socket.Missing)),
		"pair":       third(socket.Pair(socket.Missing, socket.SockStream, 0)),
		"get option": second(s.Int(socket.SolSocket, socket.Missing)),
		"set option": s.SetInt(socket.SolSocket, socket.Missing, 1),
		"timeval":    second(s.Timeval(socket.SolSocket, socket.Missing)),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: got %v, want errors.ErrUnsupported", name, err)
		}
	}
}
