package socket_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func TestBoolOptions(t *testing.T) {
	for _, c := range []struct {
		name        string
		level, opt  int
		family, typ int
		get         func(*socket.Socket) (bool, error)
		set         func(*socket.Socket, bool) error
	}{
		{"ReuseAddr", socket.SolSocket, socket.SoReuseaddr, socket.AFInet, socket.SockStream, (*socket.Socket).ReuseAddr, (*socket.Socket).SetReuseAddr},
		{"ReusePort", socket.SolSocket, socket.SoReuseport, socket.AFInet, socket.SockStream, (*socket.Socket).ReusePort, (*socket.Socket).SetReusePort},
		{"KeepAlive", socket.SolSocket, socket.SoKeepalive, socket.AFInet, socket.SockStream, (*socket.Socket).KeepAlive, (*socket.Socket).SetKeepAlive},
		{"Broadcast", socket.SolSocket, socket.SoBroadcast, socket.AFInet, socket.SockDgram, (*socket.Socket).Broadcast, (*socket.Socket).SetBroadcast},
		{"DontRoute", socket.SolSocket, socket.SoDontroute, socket.AFInet, socket.SockDgram, (*socket.Socket).DontRoute, (*socket.Socket).SetDontRoute},
		{"OOBInline", socket.SolSocket, socket.SoOobinline, socket.AFInet, socket.SockStream, (*socket.Socket).OOBInline, (*socket.Socket).SetOOBInline},
		{"NoDelay", socket.IPProtoTCP, socket.TCPNodelay, socket.AFInet, socket.SockStream, (*socket.Socket).NoDelay, (*socket.Socket).SetNoDelay},
		{"V6Only", socket.IPProtoIPv6, socket.IPv6V6only, socket.AFInet6, socket.SockStream, (*socket.Socket).V6Only, (*socket.Socket).SetV6Only},
		{"MulticastLoop", socket.IPProtoIPv6, socket.IPv6MulticastLoop, socket.AFInet6, socket.SockDgram, (*socket.Socket).MulticastLoop, (*socket.Socket).SetMulticastLoop},
		{"MulticastLoop of IPv4", unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, socket.AFInet, socket.SockDgram, (*socket.Socket).MulticastLoop, (*socket.Socket).SetMulticastLoop},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, c.family, c.typ, 0)
			for _, want := range []bool{true, false, true} {
				if err := c.set(s, want); err != nil {
					t.Fatal(err)
				}
				got, err := c.get(s)
				raw, rerr := s.Int(c.level, c.opt)
				if got != want || err != nil || raw != 0 != want || rerr != nil {
					t.Errorf("got %v, %v and %d, %v, want %v", got, err, raw, rerr, want)
				}
			}
		})
	}
}

// SO_DEBUG is a privilege: CAP_NET_ADMIN, socket(7).
func TestDebug(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	err := s.SetDebug(true)
	on, gerr := s.Debug()
	may := testutil.Privileged(unix.CAP_NET_ADMIN)
	if !may && !errors.Is(err, os.ErrPermission) || may && err != nil || gerr != nil || on != (err == nil) {
		t.Errorf("got %v, then %v, %v", err, on, gerr)
	}
}

func TestIntOptions(t *testing.T) {
	for _, c := range []struct {
		name       string
		family     int
		get        func(*socket.Socket) (int, error)
		set        func(*socket.Socket, int) error
		give, get2 int
	}{
		{"ReadBuffer", socket.AFUnix, (*socket.Socket).ReadBuffer, (*socket.Socket).SetReadBuffer, 20000, 40000},
		{"WriteBuffer", socket.AFUnix, (*socket.Socket).WriteBuffer, (*socket.Socket).SetWriteBuffer, 20000, 40000},
		{"ReadLowWater", socket.AFInet, (*socket.Socket).ReadLowWater, (*socket.Socket).SetReadLowWater, 10, 10},
		{"UnicastHops", socket.AFInet, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 7, 7},
		{"UnicastHops", socket.AFInet6, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 7, 7},
		{"UnicastHops", socket.AFInet6, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 0, 0},
		{"MulticastHops", socket.AFInet, (*socket.Socket).MulticastHops, (*socket.Socket).SetMulticastHops, 0, 0},
		{"MulticastHops", socket.AFInet6, (*socket.Socket).MulticastHops, (*socket.Socket).SetMulticastHops, 255, 255},
		{"MulticastInterface", socket.AFInet6, (*socket.Socket).MulticastInterface, (*socket.Socket).SetMulticastInterface, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, c.family, socket.SockDgram, 0)
			if err := c.set(s, c.give); err != nil {
				t.Fatal(err)
			}
			if got, err := c.get(s); got != c.get2 || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, c.get2)
			}
		})
	}
}

// Linux has one send low water mark: socket(7).
func TestWriteLowWaterIsOne(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if got, err := s.WriteLowWater(); got != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", got, err)
	}
	if err := s.SetWriteLowWater(2); !errors.Is(err, syscall.ENOPROTOOPT) {
		t.Errorf("got %v, want ENOPROTOOPT", err)
	}
}

// The kernel's timeouts count microseconds, or ticks of its clock.
func TestKernelTimeouts(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	for _, c := range []struct {
		get func() (time.Duration, error)
		set func(time.Duration) error
	}{{s.KernelReadTimeout, s.SetKernelReadTimeout}, {s.KernelWriteTimeout, s.SetKernelWriteTimeout}} {
		for _, want := range []time.Duration{1500 * time.Millisecond, 1, 0} {
			if err := c.set(want); err != nil {
				t.Fatal(err)
			}
			got, err := c.get()
			if err != nil || got < want || got > want+20*time.Millisecond || want == 0 && got != 0 {
				t.Errorf("got %v, %v, want %v, or up to a tick more", got, err, want)
			}
		}
		if err := c.set(-1); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("less than zero: got %v, want EINVAL", err)
		}
	}
}

// SO_RCVTIMEO bounds blocking calls. Ours are not.
func TestKernelTimeoutDoesNotBoundOurCalls(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := a.SetKernelReadTimeout(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := a.SetReadTimeout(30 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := a.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) < 30*time.Millisecond {
		t.Errorf("got %v after %v, want %v after 30ms", err, time.Since(start), os.ErrDeadlineExceeded)
	}
	sendOne(t, b)
}

func TestLinger(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if got, err := s.Linger(); got != -1 || err != nil {
		t.Errorf("at first: got %d, %v, want -1", got, err)
	}
	for _, want := range []int{0, 7, -1} {
		if err := s.SetLinger(want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Linger(); got != want || err != nil {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
	}
}

// SetLinger(0) makes Close reset the connection.
func TestLingerZeroResets(t *testing.T) {
	client, server := connected(t, socket.AFInet, socket.SockStream)
	if err := client.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if _, err := server.Recv(make([]byte, 1), 0); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want ECONNRESET", err)
	}
}

func TestBindToDevice(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := s.BindToDevice("lo"); errors.Is(err, os.ErrPermission) {
		t.Skipf("needs CAP_NET_RAW: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Device(); got != "lo" || err != nil {
		t.Errorf("got %q, %v, want lo", got, err)
	}
	// Since Linux 5.7 anybody may bind a socket, and only CAP_NET_RAW change that:
	// sock_setbindtodevice in net/core/sock.c.
	want := ""
	if err := s.BindToDevice(""); errors.Is(err, os.ErrPermission) && !testutil.Privileged(unix.CAP_NET_RAW) {
		want = "lo"
	} else if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Device(); got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	s = newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := s.BindToDevice("no-such-device"); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("got %v, want ENODEV", err)
	}
	if err := s.BindToDevice("lo-of-sixteen-by"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a name that the kernel would cut: got %v, want EINVAL", err)
	}
}

func TestAcceptConnAndType(t *testing.T) {
	l, _ := listen(t, socket.AFUnix, socket.SockSeqpacket)
	if on, err := l.AcceptConn(); !on || err != nil {
		t.Errorf("got %v, %v, want true", on, err)
	}
	if on, err := newSocket(t, socket.AFUnix, socket.SockStream, 0).AcceptConn(); on || err != nil {
		t.Errorf("got %v, %v, want false", on, err)
	}
	if typ, err := l.Int(socket.SolSocket, socket.SoType); typ != socket.SockSeqpacket || err != nil {
		t.Errorf("got %d, %v, want SOCK_SEQPACKET", typ, err)
	}
}

func TestTakeErrorTakesIt(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	sendOne(t, a)
	b.Close() // with unread input
	if err := a.TakeError(); err != syscall.ECONNRESET {
		t.Errorf("got %v, want ECONNRESET", err)
	}
	if err := a.TakeError(); err != nil {
		t.Errorf("again: got %v, want nil", err)
	}
}

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

// An option of any kind may be read and set as bytes; what there is no room for
// is cut.
func TestBytesOption(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	want := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, 1), 7)
	if err := s.SetOption(socket.SolSocket, socket.SoLinger, want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Linger(); got != 7 || err != nil {
		t.Errorf("got a linger of %d, %v, want 7", got, err)
	}
	p := make([]byte, 16)
	if n, err := s.Option(socket.SolSocket, socket.SoLinger, p); !bytes.Equal(p[:n], want) || err != nil {
		t.Errorf("got % x, %v, want % x", p[:n], err, want)
	}
	if n, err := s.Option(socket.SolSocket, socket.SoLinger, p[:4]); n != 4 || err != nil {
		t.Errorf("got %d, %v, want 4 for want of room", n, err)
	}
}

// A group's members on this machine get what is sent to it, until they leave.
func TestMulticastGroups(t *testing.T) {
	for _, c := range []struct{ group, any string }{
		{"239.255.77.1", "0.0.0.0:0"},
		{"ff02::7701", "[::]:0"},
	} {
		t.Run(c.group, func(t *testing.T) {
			ifi := multicastInterface(t)
			group := netip.MustParseAddr(c.group)
			family := socket.AFInet
			if group.Is6() {
				family = socket.AFInet6
				group = group.WithZone(ifi.Name)
			}
			in, out := newSocket(t, family, socket.SockDgram, 0), newSocket(t, family, socket.SockDgram, 0)
			if err := in.Bind(inet(t, c.any)); err != nil {
				t.Fatal(err)
			}
			name, err := in.Sockname()
			if err != nil {
				t.Fatal(err)
			}
			local, _ := name.Inet()
			to, err := socket.Inet(netip.AddrPortFrom(group, local.Port()))
			if err != nil {
				t.Fatal(err)
			}
			if err := in.JoinGroup(group, ifi.Index); err != nil {
				t.Fatal(err)
			}
			if err := out.SetMulticastInterface(ifi.Index); err != nil {
				t.Fatal(err)
			}
			if _, err := out.SendTo([]byte("all"), 0, to); errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) {
				t.Skipf("needs an address on %s: %v", ifi.Name, err)
			} else if err != nil {
				t.Fatal(err)
			}
			in.SetReadTimeout(safetyNet)
			if n, err := in.Recv(make([]byte, 8), 0); n != 3 || err != nil {
				t.Fatalf("got %d, %v, want 3", n, err)
			}
			if err := in.LeaveGroup(group, ifi.Index); err != nil {
				t.Error(err)
			}
			if err := in.LeaveGroup(group, ifi.Index); !errors.Is(err, syscall.EADDRNOTAVAIL) {
				t.Errorf("again: got %v, want EADDRNOTAVAIL", err)
			}
		})
	}
}

func multicastInterface(t *testing.T) net.Interface {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range all {
		if want := net.FlagUp | net.FlagMulticast; ifi.Flags&want == want {
			return ifi
		}
	}
	t.Skip("needs an interface that is up and knows multicast")
	panic("not reached")
}

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

// An index wins over the zone of a group, whatever that says.
func TestGroupIndexWinsOverItsZone(t *testing.T) {
	ifi := multicastInterface(t)
	s := newSocket(t, socket.AFInet6, socket.SockDgram, 0)
	group := netip.MustParseAddr("ff02::7702%no-interface")
	if err := s.JoinGroup(group, ifi.Index); err != nil {
		t.Error(err)
	}
	if err := s.LeaveGroup(group.WithZone(""), ifi.Index); err != nil {
		t.Errorf("LeaveGroup: %v", err)
	}
	if err := s.JoinGroup(group, 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("without an index: got %v, want EINVAL", err)
	}
}
