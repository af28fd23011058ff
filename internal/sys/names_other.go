//go:build !unix

package sys

// The numbers of the protocols and options that package socket names. No call
// takes an option here.
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
)
