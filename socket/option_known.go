package socket

import (
	"strconv"

	"example.com/uds/internal/sys"
)

// optionKind is what an option's value is.
type optionKind string

const (
	kindInt     optionKind = "an int"
	kindTimeval optionKind = "a struct timeval"
	kindLinger  optionKind = "a struct linger"
	kindString  optionKind = "a string"
	kindMreq    optionKind = "a struct ipv6_mreq"
	kindMreqn   optionKind = "a struct ip_mreqn"
	kindBytes   optionKind = "bytes" // as any option may be read and set
)

// option is what is known of an option.
type option struct {
	level, name int
	text        string
	kind        optionKind
	size        int // in bytes; 0: any
}

// options are those with a method of their own. Others pass through: what they
// take is between the caller and the kernel.
var options = []option{
	{SolSocket, SoAcceptconn, "SO_ACCEPTCONN", kindInt, 4},
	{SolSocket, SoBindtodevice, "SO_BINDTODEVICE", kindString, 0},
	{SolSocket, SoBroadcast, "SO_BROADCAST", kindInt, 4},
	{SolSocket, SoDebug, "SO_DEBUG", kindInt, 4},
	{SolSocket, SoDontroute, "SO_DONTROUTE", kindInt, 4},
	{SolSocket, SoError, "SO_ERROR", kindInt, 4},
	{SolSocket, SoKeepalive, "SO_KEEPALIVE", kindInt, 4},
	{SolSocket, SoLinger, "SO_LINGER", kindLinger, lingerSize},
	{SolSocket, SoOobinline, "SO_OOBINLINE", kindInt, 4},
	{SolSocket, SoRcvbuf, "SO_RCVBUF", kindInt, 4},
	{SolSocket, SoRcvlowat, "SO_RCVLOWAT", kindInt, 4},
	{SolSocket, SoRcvtimeo, "SO_RCVTIMEO", kindTimeval, timevalSize},
	{SolSocket, SoReuseaddr, "SO_REUSEADDR", kindInt, 4},
	{SolSocket, SoReuseport, "SO_REUSEPORT", kindInt, 4},
	{SolSocket, sys.SoPassrights, "SO_PASSRIGHTS", kindInt, 4},
	{SolSocket, sys.SoPasscred, "SO_PASSCRED", kindInt, 4},
	{SolSocket, sys.SoPasspidfd, "SO_PASSPIDFD", kindInt, 4},
	{SolSocket, sys.SoPasssec, "SO_PASSSEC", kindInt, 4},
	{SolSocket, sys.SoTimestamp, "SO_TIMESTAMPNS_NEW", kindInt, 4},
	{SolSocket, SoSndbuf, "SO_SNDBUF", kindInt, 4},
	{SolSocket, SoSndlowat, "SO_SNDLOWAT", kindInt, 4},
	{SolSocket, SoSndtimeo, "SO_SNDTIMEO", kindTimeval, timevalSize},
	{SolSocket, SoType, "SO_TYPE", kindInt, 4},
	{IPProtoIP, sys.IPTTL, "IP_TTL", kindInt, 4},
	{IPProtoIP, sys.IPAddMembership, "IP_ADD_MEMBERSHIP", kindMreqn, mreqnSize},
	{IPProtoIP, sys.IPDropMembership, "IP_DROP_MEMBERSHIP", kindMreqn, mreqnSize},
	{IPProtoIP, sys.IPMulticastIf, "IP_MULTICAST_IF", kindMreqn, mreqnSize},
	{IPProtoIP, sys.IPMulticastLoop, "IP_MULTICAST_LOOP", kindInt, 4},
	{IPProtoIP, sys.IPMulticastTTL, "IP_MULTICAST_TTL", kindInt, 4},
	{IPProtoIPv6, IPv6JoinGroup, "IPV6_JOIN_GROUP", kindMreq, mreqSize},
	{IPProtoIPv6, IPv6LeaveGroup, "IPV6_LEAVE_GROUP", kindMreq, mreqSize},
	{IPProtoIPv6, IPv6MulticastHops, "IPV6_MULTICAST_HOPS", kindInt, 4},
	{IPProtoIPv6, IPv6MulticastIf, "IPV6_MULTICAST_IF", kindInt, 4},
	{IPProtoIPv6, IPv6MulticastLoop, "IPV6_MULTICAST_LOOP", kindInt, 4},
	{IPProtoIPv6, IPv6UnicastHops, "IPV6_UNICAST_HOPS", kindInt, 4},
	{IPProtoIPv6, IPv6V6only, "IPV6_V6ONLY", kindInt, 4},
	{IPProtoTCP, TCPNodelay, "TCP_NODELAY", kindInt, 4},
}

// Sizes in bytes. timevalSize is that of two longs, which are as wide as the
// machine's words.
const (
	mreqSize    = 20
	mreqnSize   = 12
	timevalSize = 2 * strconv.IntSize / 8
)

// findOption returns what is known of an option, or nil if nothing is.
func findOption(level, name int) *option {
	for i := range options {
		if o := &options[i]; o.level == level && o.name == name && name != Missing {
			return o
		}
	}
	return nil
}

// lookOption is findOption, but has at least a text for every option.
func lookOption(level, name int) *option {
	if o := findOption(level, name); o != nil {
		return o
	}
	return &option{level: level, name: name, text: "option " + strconv.Itoa(name)}
}

// title names the option and its level.
func (o *option) title() string { return levelName(o.level) + " " + o.text }
