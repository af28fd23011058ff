package socket_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// A wrong level, kind, size or value says which option, what was given and what
// is allowed.
func TestOptionErrorsSayWhatIsAllowed(t *testing.T) {
	u := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	tcp := newSocket(t, socket.AFInet6, socket.SockStream, 0)
	tcp4 := newSocket(t, socket.AFInet, socket.SockStream, 0)
	udp := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	udp6 := newSocket(t, socket.AFInet6, socket.SockDgram, 0)
	nl := newSocket(t, socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	const levels = "level 999 option 7%s, levels here are SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP"
	for _, c := range []struct {
		err   error
		errno error
		words string
	}{
		// A level that the socket has not, with every kind of value.
		{second(tcp.Int(999, 7)), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{second(tcp.Bool(999, 7)), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{second(tcp.Timeval(999, 7)), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{second(tcp.LingerOption(999, 7)), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{second(tcp.StringOption(999, 7)), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{second(tcp.Option(999, 7, make([]byte, 4))), syscall.ENOPROTOOPT, "getsockopt " + fmt.Sprintf(levels, "")},
		{tcp.SetInt(999, 7, 3), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to 3")},
		{tcp.SetBool(999, 7, true), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to 1")},
		{tcp.SetTimeval(999, 7, time.Second), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to 1s")},
		{tcp.SetLingerOption(999, 7, 2), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to 2")},
		{tcp.SetStringOption(999, 7, "lo"), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to lo")},
		{tcp.SetOption(999, 7, make([]byte, 5)), syscall.ENOPROTOOPT, "setsockopt " + fmt.Sprintf(levels, " to 5 bytes")},
		{u.SetNoDelay(true), syscall.EOPNOTSUPP, "IPPROTO_TCP TCP_NODELAY to 1, levels here are SOL_SOCKET: "},
		{udp.SetNoDelay(true), syscall.ENOPROTOOPT, "TCP_NODELAY to 1, levels here are SOL_SOCKET, IPPROTO_IP, IPPROTO_UDP: "},
		{tcp4.SetV6Only(true), syscall.ENOPROTOOPT, "IPV6_V6ONLY to 1, levels here are SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP: "},
		{nl.SetInt(socket.IPProtoIP, 7, 1), syscall.ENOPROTOOPT, "IPPROTO_IP option 7 to 1, levels here are SOL_SOCKET, SOL_NETLINK: "},
		{u.SetUnicastHops(1), errors.ErrUnsupported, "on a socket of family 1"},
		// A level that it has, and an option that it has not, or that is read only.
		{second(tcp.Int(socket.SolSocket, 9999)), syscall.ENOPROTOOPT, "getsockopt SOL_SOCKET option 9999, the kernel has no such option here"},
		{tcp.SetInt(socket.SolSocket, 9999, 1), syscall.ENOPROTOOPT, "setsockopt SOL_SOCKET option 9999 to 1, the kernel has no such option here"},
		{tcp.SetInt(socket.SolSocket, socket.SoType, 1), syscall.ENOPROTOOPT, "SOL_SOCKET SO_TYPE to 1, it can only be read here"},
		{tcp.SetInt(socket.SolSocket, socket.SoError, 1), syscall.ENOPROTOOPT, "SOL_SOCKET SO_ERROR to 1, it can only be read here"},
		{tcp.SetBool(socket.SolSocket, socket.SoAcceptconn, true), syscall.ENOPROTOOPT, "SOL_SOCKET SO_ACCEPTCONN to 1, it can only be read here"},
		{tcp.SetWriteLowWater(7), syscall.ENOPROTOOPT, "SOL_SOCKET SO_SNDLOWAT to 7, it can only be read here"},
		// Linux has it on AF_UNIX alone, and not before 6.16.
		{tcp.RefuseFiles(), errors.ErrUnsupported, "SO_PASSRIGHTS to 0, the kernel has no such option here"},
		// A value of another kind.
		{second(u.Int(socket.SolSocket, socket.SoLinger)), syscall.EINVAL, "getsockopt SOL_SOCKET SO_LINGER as an int, it is a struct linger"},
		{second(u.Bool(socket.SolSocket, socket.SoBindtodevice)), syscall.EINVAL, "getsockopt SOL_SOCKET SO_BINDTODEVICE as an int, it is a string"},
		{second(u.Timeval(socket.SolSocket, socket.SoType)), syscall.EINVAL, "SO_TYPE as a struct timeval, it is an int"},
		{second(u.LingerOption(socket.SolSocket, socket.SoRcvtimeo)), syscall.EINVAL, "SO_RCVTIMEO as a struct linger, it is a struct timeval"},
		{second(u.StringOption(socket.SolSocket, socket.SoType)), syscall.EINVAL, "SO_TYPE as a string, it is an int"},
		{u.SetInt(socket.SolSocket, socket.SoRcvtimeo, 1), syscall.EINVAL, "setsockopt SOL_SOCKET SO_RCVTIMEO as an int, it is a struct timeval"},
		{u.SetBool(socket.SolSocket, socket.SoLinger, true), syscall.EINVAL, "SO_LINGER as an int, it is a struct linger"},
		{u.SetTimeval(socket.SolSocket, socket.SoSndbuf, 1), syscall.EINVAL, "SO_SNDBUF as a struct timeval, it is an int"},
		{u.SetLingerOption(socket.SolSocket, socket.SoSndtimeo, 1), syscall.EINVAL, "SO_SNDTIMEO as a struct linger, it is a struct timeval"},
		{tcp.SetStringOption(socket.IPProtoTCP, socket.TCPNodelay, "1"), syscall.EINVAL, "IPPROTO_TCP TCP_NODELAY as a string, it is an int"},
		{tcp.SetInt(socket.IPProtoIPv6, socket.IPv6JoinGroup, 1), syscall.EINVAL, "IPV6_JOIN_GROUP as an int, it is a struct ipv6_mreq"},
		{udp.SetInt(socket.IPProtoIP, unix.IP_ADD_MEMBERSHIP, 1), syscall.EINVAL, "IPPROTO_IP IP_ADD_MEMBERSHIP as an int, it is a struct ip_mreqn"},
		// A size.
		{u.SetOption(socket.SolSocket, socket.SoLinger, make([]byte, 4)), syscall.EINVAL, "SO_LINGER to 4 bytes, it takes 8"},
		{u.SetOption(socket.SolSocket, socket.SoSndbuf, nil), syscall.EINVAL, "SO_SNDBUF to 0 bytes, it takes 4"},
		{u.SetOption(socket.SolSocket, socket.SoRcvtimeo, make([]byte, 3)), syscall.EINVAL, fmt.Sprintf("SO_RCVTIMEO to 3 bytes, it takes %d", binary.Size(unix.Timeval{}))},
		{tcp.SetOption(socket.IPProtoTCP, socket.TCPNodelay, make([]byte, 2)), syscall.EINVAL, "TCP_NODELAY to 2 bytes, it takes 4"},
		{udp6.SetOption(socket.IPProtoIPv6, socket.IPv6JoinGroup, make([]byte, 4)), syscall.EINVAL, "IPV6_JOIN_GROUP to 4 bytes, it takes 20"},
		{udp.SetOption(socket.IPProtoIP, unix.IP_DROP_MEMBERSHIP, make([]byte, 4)), syscall.EINVAL, "IP_DROP_MEMBERSHIP to 4 bytes, it takes 12"},
		// A value.
		{u.SetReadBuffer(-1), syscall.EINVAL, "SOL_SOCKET SO_RCVBUF to -1, allowed is zero and more"},
		{u.SetWriteBuffer(-1), syscall.EINVAL, "SOL_SOCKET SO_SNDBUF to -1, allowed is zero and more"},
		{u.SetKernelReadTimeout(-1), syscall.EINVAL, "SO_RCVTIMEO to -1ns, allowed is zero and more"},
		{tcp.SetUnicastHops(256), syscall.EINVAL, "IPV6_UNICAST_HOPS to 256, allowed is -1 (the default) to 255"},
		{udp.SetMulticastHops(256), syscall.EINVAL, "IPPROTO_IP IP_MULTICAST_TTL to 256, allowed is -1 (the default) to 255"},
		{tcp4.SetUnicastHops(0), syscall.EINVAL, "IPPROTO_IP IP_TTL to 0"},
		{tcp.SetStringOption(socket.SolSocket, socket.SoBindtodevice, "a\x00b"), syscall.EINVAL, "allowed is no NUL"},
		{u.BindToDevice("no-such-device"), syscall.ENODEV, "SO_BINDTODEVICE to no-such-device"},
		{tcp.JoinGroup(netip.MustParseAddr("2001:db8::1"), 0), syscall.EINVAL, "IPV6_JOIN_GROUP to 2001:db8::1, allowed is a multicast address of the socket's family"},
		{tcp.JoinGroup(netip.MustParseAddr("224.0.0.1"), 0), syscall.EINVAL, "of the socket's family"},
		{udp.JoinGroup(netip.MustParseAddr("192.0.2.1"), 0), syscall.EINVAL, "IP_ADD_MEMBERSHIP to 192.0.2.1, allowed is a multicast address of the socket's family"},
		{udp.LeaveGroup(netip.Addr{}, 0), syscall.EINVAL, "IP_DROP_MEMBERSHIP to invalid IP, allowed is a multicast"},
		{udp.JoinGroup(netip.MustParseAddr("239.1.2.3"), -1), syscall.EINVAL, "IP_ADD_MEMBERSHIP to -1, allowed is an interface's index, or 0"},
		{udp6.JoinGroup(netip.MustParseAddr("ff02::1%no-such-zone"), 0), syscall.EINVAL, "IPV6_JOIN_GROUP to ff02::1%no-such-zone, allowed is a zone that is an interface's name or index"},
		{udp6.JoinGroup(netip.MustParseAddr("ff02::1"), noInterface), syscall.ENODEV, "IPV6_JOIN_GROUP to ff02::1 on interface 2000000000"},
		{udp.JoinGroup(netip.MustParseAddr("239.1.2.3"), noInterface), syscall.ENODEV, "IP_ADD_MEMBERSHIP to 239.1.2.3 on interface 2000000000"},
		{udp.SetMulticastInterface(-1), syscall.EINVAL, "IP_MULTICAST_IF to -1, allowed is an interface's index, or 0"},
		{udp.SetMulticastInterface(noInterface), syscall.EADDRNOTAVAIL, "IP_MULTICAST_IF to interface 2000000000"},
		{udp6.SetMulticastInterface(noInterface), syscall.ENODEV, "IPV6_MULTICAST_IF to 2000000000"},
		{second(udp.MulticastInterface()), errors.ErrUnsupported, "IP_MULTICAST_IF as an index"},
		// What the system lacks.
		{u.SetInt(socket.SolSocket, socket.Missing, 1), errors.ErrUnsupported, "SOL_SOCKET option -1"},
		{second(u.Int(socket.SolSocket, socket.Missing)), errors.ErrUnsupported, "SOL_SOCKET option -1"},
	} {
		if !errors.Is(c.err, c.errno) || c.err == nil || !strings.Contains(c.err.Error(), c.words) {
			t.Errorf("got %v, want %v that says %q", c.err, c.errno, c.words)
		}
	}
}

// noInterface is the index of no interface.
const noInterface = 2000000000

// A number that the kernel would cut to 32 bits is refused and not taken for
// another, and the longest time is none that is negative.
func TestOptionValuesBeyondTheirKind(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if err := s.SetKernelReadTimeout(math.MaxInt64); err != nil {
		t.Errorf("the longest time: %v", err)
	}
	// Linux tells 68 years; a 32-bit kernel cannot count so far and takes it for ever,
	// which is 0 (sock_set_timeout in net/core/sock.c).
	const decades = 60 * 365 * 24 * time.Hour
	got, err := s.KernelReadTimeout()
	if forever := got == 0 && strconv.IntSize == 32; got < decades && !forever || err != nil {
		t.Errorf("the longest time: got %v, %v, want decades", got, err)
	}
	if strconv.IntSize == 32 {
		return // every int fits
	}
	large := 1 << 30
	large *= 4
	if err := s.SetLinger(5); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"SetInt": s.SetInt(socket.SolSocket, socket.SoKeepalive, large+1), "SetLinger": s.SetLinger(large),
		"SetReadBuffer": s.SetReadBuffer(large + 5000), "SetMulticastHops": s.SetMulticastHops(large + 1),
	} {
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s of more than 32 bits: got %v, want EINVAL", what, err)
		}
	}
	if on, err := s.KeepAlive(); on || err != nil {
		t.Errorf("SO_KEEPALIVE: got %v, %v, want off", on, err)
	}
	if seconds, err := s.Linger(); seconds != 5 || err != nil {
		t.Errorf("SO_LINGER: got %d, %v, want 5", seconds, err)
	}
}

// A SetInt that is refused leaves the pending error to TakeError, also that of
// SO_ERROR itself, which asks what there is to read.
func TestRefusedOptionLeavesThePendingError(t *testing.T) {
	gone := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	to := bind(t, gone)
	gone.Close()
	s := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := s.Connect(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	testutil.Eventually(t, safetyNet, func() bool {
		var revents int16
		control(t, s, func(fd int) error {
			fds := []unix.PollFd{{Fd: int32(fd)}}
			_, err := unix.Poll(fds, 0)
			revents = fds[0].Revents
			return err
		})
		return revents&unix.POLLERR != 0
	}, "the error of a datagram that nobody receives")
	if err := s.SetInt(socket.SolSocket, socket.SoError, 1); !errors.Is(err, syscall.ENOPROTOOPT) {
		t.Errorf("SetInt: got %v, want ENOPROTOOPT", err)
	}
	if err := s.TakeError(); err != syscall.ECONNREFUSED {
		t.Errorf("TakeError: got %v, want ECONNREFUSED", err)
	}
}
