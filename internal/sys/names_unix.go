//go:build unix

package sys

import "golang.org/x/sys/unix"

// The numbers of the protocols and options that package socket names.
const (
	IPProtoIP     = unix.IPPROTO_IP
	IPProtoICMP   = unix.IPPROTO_ICMP
	IPProtoTCP    = unix.IPPROTO_TCP
	IPProtoUDP    = unix.IPPROTO_UDP
	IPProtoIPv6   = unix.IPPROTO_IPV6
	IPProtoICMPv6 = unix.IPPROTO_ICMPV6

	SoBroadcast = unix.SO_BROADCAST
	SoDebug     = unix.SO_DEBUG
	SoDontroute = unix.SO_DONTROUTE
	SoKeepalive = unix.SO_KEEPALIVE
	SoLinger    = unix.SO_LINGER
	SoOobinline = unix.SO_OOBINLINE
	SoRcvlowat  = unix.SO_RCVLOWAT
	SoRcvtimeo  = unix.SO_RCVTIMEO
	SoReuseaddr = unix.SO_REUSEADDR
	SoSndlowat  = unix.SO_SNDLOWAT
	SoSndtimeo  = unix.SO_SNDTIMEO

	IPv6JoinGroup     = unix.IPV6_JOIN_GROUP
	IPv6LeaveGroup    = unix.IPV6_LEAVE_GROUP
	IPv6MulticastHops = unix.IPV6_MULTICAST_HOPS
	IPv6MulticastIf   = unix.IPV6_MULTICAST_IF
	IPv6MulticastLoop = unix.IPV6_MULTICAST_LOOP
	IPv6UnicastHops   = unix.IPV6_UNICAST_HOPS
	IPv6V6only        = unix.IPV6_V6ONLY

	IPTTL = unix.IP_TTL

	TCPNodelay = unix.TCP_NODELAY

	Somaxconn = unix.SOMAXCONN
)
