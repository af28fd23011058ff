package sys

import "golang.org/x/sys/unix"

// The numbers of the protocols and options that package socket names. A number
// that a system lacks is Missing there.
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
	SoReuseport = unix.SO_REUSEPORT
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

	IPAddMembership  = unix.IP_ADD_MEMBERSHIP
	IPDropMembership = unix.IP_DROP_MEMBERSHIP
	IPMulticastIf    = unix.IP_MULTICAST_IF
	IPMulticastLoop  = unix.IP_MULTICAST_LOOP
	IPMulticastTTL   = unix.IP_MULTICAST_TTL

	SoBindtodevice = unix.SO_BINDTODEVICE
	SolNetlink     = unix.SOL_NETLINK
	SolPacket      = unix.SOL_PACKET

	NetlinkAudit         = unix.NETLINK_AUDIT
	NetlinkConnector     = unix.NETLINK_CONNECTOR
	NetlinkDnrtmsg       = unix.NETLINK_DNRTMSG
	NetlinkEcryptfs      = unix.NETLINK_ECRYPTFS
	NetlinkFibLookup     = unix.NETLINK_FIB_LOOKUP
	NetlinkFirewall      = unix.NETLINK_FIREWALL
	NetlinkGeneric       = unix.NETLINK_GENERIC
	NetlinkIP6Fw         = unix.NETLINK_IP6_FW
	NetlinkIscsi         = unix.NETLINK_ISCSI
	NetlinkKobjectUevent = unix.NETLINK_KOBJECT_UEVENT
	NetlinkNetfilter     = unix.NETLINK_NETFILTER
	NetlinkNflog         = unix.NETLINK_NFLOG
	NetlinkRoute         = unix.NETLINK_ROUTE
	NetlinkScsitransport = unix.NETLINK_SCSITRANSPORT
	NetlinkSelinux       = unix.NETLINK_SELINUX
	NetlinkUnused        = unix.NETLINK_UNUSED
	NetlinkUsersock      = unix.NETLINK_USERSOCK
	NetlinkXfrm          = unix.NETLINK_XFRM

	NetlinkAddMembership  = unix.NETLINK_ADD_MEMBERSHIP
	NetlinkDropMembership = unix.NETLINK_DROP_MEMBERSHIP
	NetlinkNoEnobufs      = unix.NETLINK_NO_ENOBUFS
)

// MsgCmsgCloexec makes received descriptors close-on-exec. AF_PACKET refuses it
// (packet_recvmsg in net/packet/af_packet.c), where none arrive.
const MsgCmsgCloexec = unix.MSG_CMSG_CLOEXEC
