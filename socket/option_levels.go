package socket

import "strconv"

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

// levels returns the levels at which a socket of this family and type has options.
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
