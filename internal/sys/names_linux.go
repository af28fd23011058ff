package sys

import "golang.org/x/sys/unix"

// The numbers that only Linux has, for the protocols and options that package
// socket names.
const (
	SoReuseport = unix.SO_REUSEPORT

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

// MsgCmsgCloexec makes received descriptors close-on-exec. AF_PACKET, where none
// arrive, refuses it (packet_recvmsg in net/packet/af_packet.c).
const MsgCmsgCloexec = unix.MSG_CMSG_CLOEXEC
