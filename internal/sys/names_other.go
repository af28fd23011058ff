//go:build !unix

package sys

// The numbers of the protocols and options that package socket names. A number
// that a system lacks is Missing there.
const (
	IPProtoIP     = 0
	IPProtoICMP   = 1
	IPProtoTCP    = 6
	IPProtoUDP    = 17
	IPProtoIPv6   = 41
	IPProtoICMPv6 = 58

	SoBroadcast = Missing
	SoDebug     = Missing
	SoDontroute = Missing
	SoKeepalive = Missing
	SoLinger    = Missing
	SoOobinline = Missing
	SoRcvlowat  = Missing
	SoRcvtimeo  = Missing
	SoReuseaddr = Missing
	SoReuseport = Missing
	SoSndlowat  = Missing
	SoSndtimeo  = Missing

	IPv6JoinGroup     = Missing
	IPv6LeaveGroup    = Missing
	IPv6MulticastHops = Missing
	IPv6MulticastIf   = Missing
	IPv6MulticastLoop = Missing
	IPv6UnicastHops   = Missing
	IPv6V6only        = Missing

	IPTTL = Missing

	TCPNodelay = Missing

	Somaxconn = 128

	IPAddMembership  = Missing
	IPDropMembership = Missing
	IPMulticastIf    = Missing
	IPMulticastLoop  = Missing
	IPMulticastTTL   = Missing

	SoBindtodevice = Missing
	SolNetlink     = Missing
	SolPacket      = Missing

	NetlinkAudit         = Missing
	NetlinkConnector     = Missing
	NetlinkDnrtmsg       = Missing
	NetlinkEcryptfs      = Missing
	NetlinkFibLookup     = Missing
	NetlinkFirewall      = Missing
	NetlinkGeneric       = Missing
	NetlinkIP6Fw         = Missing
	NetlinkIscsi         = Missing
	NetlinkKobjectUevent = Missing
	NetlinkNetfilter     = Missing
	NetlinkNflog         = Missing
	NetlinkRoute         = Missing
	NetlinkScsitransport = Missing
	NetlinkSelinux       = Missing
	NetlinkUnused        = Missing
	NetlinkUsersock      = Missing
	NetlinkXfrm          = Missing

	NetlinkAddMembership  = Missing
	NetlinkDropMembership = Missing
	NetlinkNoEnobufs      = Missing
)

// MsgCmsgCloexec makes received descriptors close-on-exec, on Linux alone.
const MsgCmsgCloexec = 0
