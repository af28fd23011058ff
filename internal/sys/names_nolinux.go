//go:build !linux

package sys

// The numbers that only Linux has, for the protocols and options that package
// socket names.
const (
	SoReuseport = Missing

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

// MsgCmsgCloexec makes received descriptors close-on-exec on Linux alone. Elsewhere
// RecvMsg does that.
const MsgCmsgCloexec = 0
