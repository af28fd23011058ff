package socket

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

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

// Sizes in bytes: timevalSize is that of two longs, as wide as the machine's
// words.
const (
	mreqSize    = 20
	mreqnSize   = 12
	timevalSize = 2 * strconv.IntSize / 8
)

// findOption returns what is known of an option, nil if that is nothing.
func findOption(level, name int) *option {
	for i := range options {
		if o := &options[i]; o.level == level && o.name == name && name != Missing {
			return o
		}
	}
	return nil
}

// lookOption is findOption that has at least a text of every option.
func lookOption(level, name int) *option {
	if o := findOption(level, name); o != nil {
		return o
	}
	return &option{level: level, name: name, text: "option " + strconv.Itoa(name)}
}

// title names the option and its level.
func (o *option) title() string { return levelName(o.level) + " " + o.text }

func levelName(level int) string {
	for _, l := range levelNames {
		if l.level == level && level != Missing {
			return l.text
		}
	}
	return "level " + strconv.Itoa(level)
}

var levelNames = []struct {
	level int
	text  string
}{
	{SolSocket, "SOL_SOCKET"},
	{IPProtoIP, "IPPROTO_IP"},
	{IPProtoTCP, "IPPROTO_TCP"},
	{IPProtoUDP, "IPPROTO_UDP"},
	{IPProtoIPv6, "IPPROTO_IPV6"},
	{SolNetlink, "SOL_NETLINK"},
	{SolPacket, "SOL_PACKET"},
}

// kindError is the error of a known option that is not of the kind asked for,
// or nil. The kernel would cut the value without a word.
func kindError(call string, level, name int, kind optionKind) error {
	o := findOption(level, name)
	if o == nil || o.kind == kind || kind == kindBytes {
		return nil
	}
	return o.refuse(call, kind)
}

// refuse is the error of an option of another kind.
func (o *option) refuse(call string, kind optionKind) error {
	return sysErr(fmt.Sprintf("%s %s as %s, it is %s", call, o.title(), kind, o.kind), sys.EINVAL)
}

// optionValueError is the error of a value that an option never has.
func optionValueError(level, name int, v any, allowed string) error {
	return sysErr(fmt.Sprintf("setsockopt %s to %v, allowed is %s", lookOption(level, name).title(), v, allowed), sys.EINVAL)
}

// getOption runs f, which reads an option of a kind.
func (s *Socket) getOption(level, name int, kind optionKind, f func(fd int) sys.Errno) error {
	if err := kindError("getsockopt", level, name, kind); err != nil {
		return err
	}
	return s.explain(level, name, "", s.control("getsockopt", f))
}

// setOption runs f, which sets an option of a kind to v.
func (s *Socket) setOption(level, name int, kind optionKind, v any, f func(fd int) sys.Errno) error {
	if err := kindError("setsockopt", level, name, kind); err != nil {
		return err
	}
	err := s.control("setsockopt", f)
	if err == nil {
		return nil
	}
	return s.explain(level, name, " "+given(level, name, v), err)
}

// given says what an option was set to.
func given(level, name int, v any) string {
	p, ok := v.([]byte)
	if !ok {
		return fmt.Sprintf("to %v", v)
	}
	if o := lookOption(level, name); o.size != 0 && o.size != len(p) {
		return fmt.Sprintf("to %d bytes, it takes %d", len(p), o.size)
	}
	return fmt.Sprintf("to %d bytes", len(p))
}

// explain makes the kernel's error say which option it is about, what was
// given, and, where the kernel does not know the option, what levels there are.
func (s *Socket) explain(level, name int, given string, err error) error {
	e, ok := err.(*os.SyscallError)
	if !ok {
		return err
	}
	o := lookOption(level, name)
	text := e.Syscall + " " + o.title() + given
	if errors.Is(e.Err, sys.ENOPROTOOPT) || errors.Is(e.Err, sys.EOPNOTSUPP) {
		text += s.unknown(o, given != "")
	}
	return &os.SyscallError{Syscall: text, Err: e.Err}
}

// unknown says what is wrong with an option that the kernel does not know: its
// level, that it can not be set, or its name.
func (s *Socket) unknown(o *option, set bool) string {
	levels := s.levels()
	switch {
	case !slices.Contains(levels, levelName(o.level)):
		return ", levels here are " + strings.Join(levels, ", ")
	case set && o.kind != "" && s.reads(o):
		return ", it can only be read here"
	}
	return ", the kernel has no such option here"
}

// reads reports whether the kernel has an option to read. SO_ERROR, which it has
// everywhere, is not asked for: that would take the error.
func (s *Socket) reads(o *option) bool {
	if o.level == SolSocket && o.name == SoError {
		return true
	}
	err := s.control("getsockopt", func(fd int) sys.Errno {
		_, e := sys.Getsockopt(fd, o.level, o.name, make([]byte, o.size))
		return e
	})
	return !errors.Is(err, sys.ENOPROTOOPT) && !errors.Is(err, sys.EOPNOTSUPP)
}

// levels are the levels that a socket of this family and type has options at.
func (s *Socket) levels() []string {
	l := []string{"SOL_SOCKET"}
	family, inet := s.Family(), false
	for _, f := range familyLevels {
		if f.family == family && family != Missing {
			l, inet = append(l, f.levels...), f.inet
		}
	}
	switch {
	case inet && s.Type() == SockStream:
		l = append(l, "IPPROTO_TCP")
	case inet && s.Type() == SockDgram:
		l = append(l, "IPPROTO_UDP")
	}
	return l
}

var familyLevels = []struct {
	family int
	levels []string
	inet   bool
}{
	{AFInet, []string{"IPPROTO_IP"}, true},
	{AFInet6, []string{"IPPROTO_IP", "IPPROTO_IPV6"}, true},
	{AFNetlink, []string{"SOL_NETLINK"}, false},
	{AFPacket, []string{"SOL_PACKET"}, false},
}
