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
		"SOCK_SEQPACKET": {socket.SockSeqpacket, unix.SOCK_SEQPACKET},
		"IPPROTO_ICMP":   {socket.IPProtoICMP, unix.IPPROTO_ICMP}, "IPPROTO_IP": {socket.IPProtoIP, unix.IPPROTO_IP},
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

// The standard library has no constants for getaddrinfo(3)'s hints: the family is
// the network, the socket type that of LookupPort.
func TestGetaddrinfoFamilyAndService(t *testing.T) {
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
	for network, want := range map[string]int{"tcp": 80, "udp": 53} { // socktype, protocol
		service := map[string]string{"tcp": "http", "udp": "domain"}[network]
		if got, err := r.LookupPort(background, network, service); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", service, got, err, want)
		}
	}
}

// A link-local host keeps its zone in a net.IPAddr, and in the address made of it.
func TestGetaddrinfoKeepsTheZone(t *testing.T) {
	const host = "ff02::1%lo"
	got, err := net.DefaultResolver.LookupIPAddr(background, host)
	if err != nil || len(got) != 1 || got[0].Zone != "lo" {
		t.Fatalf("got %v, %v, want %s", got, err, host)
	}
	sa := address(t)(socket.FromAddr(&got[0]))
	if ap, ok := sa.Inet(); !ok || ap.Addr() != netip.MustParseAddr(host) {
		t.Errorf("got %v, want %s", sa, host)
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
