//go:build !linux

package sys

// What only Linux has of the protocols and options that package socket names.
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

// MsgCmsgCloexec makes received descriptors close-on-exec, on Linux alone:
// elsewhere RecvMsg does.
const MsgCmsgCloexec = 0
