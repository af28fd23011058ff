package socket

import "example.com/uds/internal/sys"

// Missing stands for the number of what a system lacks. A call with it fails with
// an error that is errors.ErrUnsupported.
const Missing = sys.Missing

// Address families.
const (
	AFUnspec  = sys.AFUnspec  // AF_UNSPEC: no family
	AFUnix    = sys.AFUnix    // AF_UNIX: local to this machine
	AFInet    = sys.AFInet    // AF_INET: IPv4
	AFInet6   = sys.AFInet6   // AF_INET6: IPv6
	AFNetlink = sys.AFNetlink // AF_NETLINK: messages with the kernel (Linux)
	AFPacket  = sys.AFPacket  // AF_PACKET: frames of an interface (Linux)
)

// Socket types.
const (
	SockStream    = sys.SockStream    // SOCK_STREAM: a stream of bytes
	SockDgram     = sys.SockDgram     // SOCK_DGRAM: datagrams
	SockRaw       = sys.SockRaw       // SOCK_RAW: the protocol below
	SockSeqpacket = sys.SockSeqpacket // SOCK_SEQPACKET: a connection of messages
)

// Protocols of the internet families. Some are the levels of options too.
const (
	IPProtoIP     = sys.IPProtoIP     // IPPROTO_IP: internet protocol, and the level of IPv4's options
	IPProtoICMP   = sys.IPProtoICMP   // IPPROTO_ICMP: internet control messages
	IPProtoTCP    = sys.IPProtoTCP    // IPPROTO_TCP: the transmission control protocol, and its level
	IPProtoUDP    = sys.IPProtoUDP    // IPPROTO_UDP: user datagrams
	IPProtoIPv6   = sys.IPProtoIPv6   // IPPROTO_IPV6: IPv6 headers, and the level of IPv6's options
	IPProtoICMPv6 = sys.IPProtoICMPv6 // IPPROTO_ICMPV6: internet control messages of IPv6
)

// Levels of options.
const (
	SolSocket  = sys.SolSocket  // SOL_SOCKET: every socket's options
	SolNetlink = sys.SolNetlink // SOL_NETLINK: AF_NETLINK's options (Linux)
	SolPacket  = sys.SolPacket  // SOL_PACKET: AF_PACKET's options (Linux)
)

// Options at SolSocket.
const (
	SoAcceptconn   = sys.SoAcceptconn   // SO_ACCEPTCONN: whether the socket listens; read only: AcceptConn
	SoBindtodevice = sys.SoBindtodevice // SO_BINDTODEVICE: the interface that the socket is bound to (Linux): BindToDevice, Device
	SoBroadcast    = sys.SoBroadcast    // SO_BROADCAST: permission to send to broadcast addresses: SetBroadcast
	SoDebug        = sys.SoDebug        // SO_DEBUG: debugging, a privilege: SetDebug
	SoDontroute    = sys.SoDontroute    // SO_DONTROUTE: no gateways, only hosts on the same network: SetDontRoute
	SoError        = sys.SoError        // SO_ERROR: the pending error, which reading it clears: TakeError
	SoKeepalive    = sys.SoKeepalive    // SO_KEEPALIVE: probes on an idle connection: SetKeepAlive
	SoLinger       = sys.SoLinger       // SO_LINGER: whether close waits for what is unsent: SetLinger
	SoOobinline    = sys.SoOobinline    // SO_OOBINLINE: urgent data stays in the stream: SetOOBInline
	SoRcvbuf       = sys.SoRcvbuf       // SO_RCVBUF: the receive buffer in bytes: SetReadBuffer
	SoRcvlowat     = sys.SoRcvlowat     // SO_RCVLOWAT: how many bytes a stream needs to be readable: SetReadLowWater
	SoRcvtimeo     = sys.SoRcvtimeo     // SO_RCVTIMEO: the kernel's receive timeout: SetKernelReadTimeout
	SoReuseaddr    = sys.SoReuseaddr    // SO_REUSEADDR: local addresses may be used again: SetReuseAddr
	SoReuseport    = sys.SoReuseport    // SO_REUSEPORT: several sockets share an address (Linux): SetReusePort
	SoSndbuf       = sys.SoSndbuf       // SO_SNDBUF: the send buffer in bytes: SetWriteBuffer
	SoSndlowat     = sys.SoSndlowat     // SO_SNDLOWAT: 1 on Linux, where it cannot be set: WriteLowWater
	SoSndtimeo     = sys.SoSndtimeo     // SO_SNDTIMEO: the kernel's send timeout: SetKernelWriteTimeout
	SoType         = sys.SoType         // SO_TYPE: the socket's type; read only: Type
)

// Options at IPProtoIPv6.
const (
	IPv6JoinGroup     = sys.IPv6JoinGroup     // IPV6_JOIN_GROUP: join a multicast group: JoinGroup
	IPv6LeaveGroup    = sys.IPv6LeaveGroup    // IPV6_LEAVE_GROUP: leave it: LeaveGroup
	IPv6MulticastHops = sys.IPv6MulticastHops // IPV6_MULTICAST_HOPS: the hop limit of what goes to groups: SetMulticastHops
	IPv6MulticastIf   = sys.IPv6MulticastIf   // IPV6_MULTICAST_IF: the interface that it leaves by: SetMulticastInterface
	IPv6MulticastLoop = sys.IPv6MulticastLoop // IPV6_MULTICAST_LOOP: whether this machine's members get it too: SetMulticastLoop
	IPv6UnicastHops   = sys.IPv6UnicastHops   // IPV6_UNICAST_HOPS: the hop limit of the rest: SetUnicastHops
	IPv6V6only        = sys.IPv6V6only        // IPV6_V6ONLY: no IPv4 on this socket: SetV6Only
)

// Options at IPProtoTCP.
const (
	TCPNodelay = sys.TCPNodelay // TCP_NODELAY: segments leave at once: SetNoDelay
)

// Protocols of AF_NETLINK (Linux).
const (
	NetlinkRoute         = sys.NetlinkRoute         // NETLINK_ROUTE: links, addresses, routes, neighbours
	NetlinkUnused        = sys.NetlinkUnused        // NETLINK_UNUSED: not in use
	NetlinkUsersock      = sys.NetlinkUsersock      // NETLINK_USERSOCK: protocols of user programs
	NetlinkFirewall      = sys.NetlinkFirewall      // NETLINK_FIREWALL: not in use since Linux 3.5
	NetlinkNflog         = sys.NetlinkNflog         // NETLINK_NFLOG: not in use: netfilter's logging
	NetlinkXfrm          = sys.NetlinkXfrm          // NETLINK_XFRM: IPsec
	NetlinkSelinux       = sys.NetlinkSelinux       // NETLINK_SELINUX: SELinux events
	NetlinkIscsi         = sys.NetlinkIscsi         // NETLINK_ISCSI: open iSCSI
	NetlinkAudit         = sys.NetlinkAudit         // NETLINK_AUDIT: auditing
	NetlinkFibLookup     = sys.NetlinkFibLookup     // NETLINK_FIB_LOOKUP: route lookups
	NetlinkConnector     = sys.NetlinkConnector     // NETLINK_CONNECTOR: the kernel connector
	NetlinkNetfilter     = sys.NetlinkNetfilter     // NETLINK_NETFILTER: netfilter
	NetlinkIP6Fw         = sys.NetlinkIP6Fw         // NETLINK_IP6_FW: not in use: the IPv6 firewall
	NetlinkDnrtmsg       = sys.NetlinkDnrtmsg       // NETLINK_DNRTMSG: not in use: DECnet routing
	NetlinkKobjectUevent = sys.NetlinkKobjectUevent // NETLINK_KOBJECT_UEVENT: kernel events, which udev reads
	NetlinkGeneric       = sys.NetlinkGeneric       // NETLINK_GENERIC: families registered by name
	NetlinkScsitransport = sys.NetlinkScsitransport // NETLINK_SCSITRANSPORT: SCSI transports
	NetlinkEcryptfs      = sys.NetlinkEcryptfs      // NETLINK_ECRYPTFS: eCryptfs
)

// Options at SolNetlink (Linux).
const (
	NetlinkAddMembership  = sys.NetlinkAddMembership  // NETLINK_ADD_MEMBERSHIP: join a group by number, at SolNetlink
	NetlinkDropMembership = sys.NetlinkDropMembership // NETLINK_DROP_MEMBERSHIP: leave it
	NetlinkNoEnobufs      = sys.NetlinkNoEnobufs      // NETLINK_NO_ENOBUFS: overruns go unreported
)

// Somaxconn is SOMAXCONN, the usual backlog; Linux limits it by net.core.somaxconn instead.
const Somaxconn = sys.Somaxconn
