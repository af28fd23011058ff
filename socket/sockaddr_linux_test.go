package socket_test

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// must1 is the address, or the end of the test.
func address(t testing.TB) func(sa socket.Sockaddr, err error) socket.Sockaddr {
	return func(sa socket.Sockaddr, err error) socket.Sockaddr {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return sa
	}
}

func TestSockaddrPrintsAsUsualInItsFamily(t *testing.T) {
	must := address(t)
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	hw := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	for _, c := range []struct {
		sa   socket.Sockaddr
		want string
	}{
		{socket.Sockaddr{}, ""},
		{must(socket.Unix("")), ""},
		{must(socket.Unix("/run/s")), "/run/s"},
		{must(socket.Unix("\x00name")), "@name"},
		{must(socket.Unix("\x00")), "@"},
		{must(socket.Inet(netip.MustParseAddrPort("192.0.2.1:80"))), "192.0.2.1:80"},
		{must(socket.Inet(netip.MustParseAddrPort("[2001:db8::1]:80"))), "[2001:db8::1]:80"},
		{must(socket.Inet(netip.MustParseAddrPort("[fe80::1%lo]:80"))), "[fe80::1%lo]:80"},
		{must(socket.Inet(netip.MustParseAddrPort("[fe80::1%99999]:80"))), "[fe80::1%99999]:80"},
		{must(socket.Netlink(1234, 0x11)), "1234/0x11"},
		{must(socket.Packet(socket.PacketAddr{Protocol: 0x0800, Interface: lo.Index, Hardware: hw})), "lo/0x0800/02:00:00:00:00:01"},
		{must(socket.Packet(socket.PacketAddr{Protocol: 3, Interface: 99999})), "99999/0x0003/"},
		{must(socket.Raw(unix.AF_VSOCK, []byte{0, 0, 1})), "family 40: 000001"},
	} {
		if got := c.sa.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestSockaddrTakesApart(t *testing.T) {
	must := address(t)
	for _, path := range []string{"", "/run/s", "\x00name", "\x00na\x00me\x00", "\x00", strings.Repeat("x", 108)} {
		sa := must(socket.Unix(path))
		if got, ok := sa.Unix(); got != path || !ok {
			t.Errorf("Unix: got %q, %v, want %q", got, ok, path)
		}
	}
	for _, s := range []string{"0.0.0.0:0", "192.0.2.1:65535", "[::]:1", "[::ffff:192.0.2.1]:1", "[fe80::1%lo]:80"} {
		ap := netip.MustParseAddrPort(s)
		sa := must(socket.Inet(ap))
		if got, ok := sa.Inet(); got != ap || !ok {
			t.Errorf("Inet: got %v, %v, want %v", got, ok, ap)
		}
	}
	sa := must(socket.Netlink(1<<32-1, 5))
	if pid, groups, ok := sa.Netlink(); pid != 1<<32-1 || groups != 5 || !ok {
		t.Errorf("Netlink: got %d, %d, %v", pid, groups, ok)
	}
	for _, n := range []int{0, 6, 8, 20, 32} {
		in := socket.PacketAddr{Protocol: 0x86dd, Interface: 7, HardwareType: 1, PacketType: socket.PacketOutgoing, Hardware: make(net.HardwareAddr, n)}
		sa := must(socket.Packet(in))
		got, ok := sa.Packet()
		if !ok || got.String() != in.String() || got.HardwareType != 1 || got.PacketType != 4 || len(got.Hardware) != n {
			t.Errorf("Packet: got %+v, %v, want %+v", got, ok, in)
		}
	}
}

// Every accessor declines every other family, and what is cut short.
func TestSockaddrOfAnotherFamily(t *testing.T) {
	must := address(t)
	all := []socket.Sockaddr{{}, must(socket.Unix("/x")), must(socket.Inet(netip.MustParseAddrPort("1.2.3.4:5"))),
		must(socket.Inet(netip.MustParseAddrPort("[::1]:5"))), must(socket.Netlink(1, 2)), must(socket.Packet(socket.PacketAddr{}))}
	for _, f := range []int{socket.AFInet, socket.AFInet6, socket.AFNetlink, socket.AFPacket} {
		all = append(all, must(socket.Raw(f, []byte{1})))
	}
	want := []string{"", "unix", "inet", "inet", "netlink", "packet", "", "", "", ""}
	for i, sa := range all {
		got := ""
		if _, ok := sa.Unix(); ok {
			got += "unix"
		}
		if _, ok := sa.Inet(); ok {
			got += "inet"
		}
		if _, _, ok := sa.Netlink(); ok {
			got += "netlink"
		}
		if _, ok := sa.Packet(); ok {
			got += "packet"
		}
		if got != want[i] {
			t.Errorf("%d: got %q, want %q", i, got, want[i])
		}
	}
}

func TestSockaddrRefusesWhatDoesNotFit(t *testing.T) {
	for name, err := range map[string]error{
		"sun_path of 109 bytes": second(socket.Unix(strings.Repeat("x", 109))),
		`path "/a\x00b"`:        second(socket.Unix("/a\x00b")),
		`path "b\x00a"`:         second(socket.FromAddr(&net.UnixAddr{Name: "b\x00a"})),
		"family 65536":          second(socket.Raw(1<<16, nil)),
		"family -1":             second(socket.Raw(-1, nil)),
		"127 bytes":             second(socket.Raw(1, make([]byte, 127))),
		"zero netip.Addr":       second(socket.Inet(netip.AddrPort{})),
		`zone "no such"`:        second(socket.Inet(netip.MustParseAddrPort("[fe80::1%no such]:1"))),
		"address of 33 bytes":   second(socket.Packet(socket.PacketAddr{Hardware: make([]byte, 33)})),
	} {
		if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want EINVAL that says %q", err, name)
		}
	}
}

func TestSockaddrAsNetAddr(t *testing.T) {
	must := address(t)
	for _, c := range []struct {
		sa            socket.Sockaddr
		network, want string
	}{
		{must(socket.Unix("\x00a")), "unixpacket", "*net.UnixAddr @a"},
		{must(socket.Inet(netip.MustParseAddrPort("192.0.2.1:80"))), "tcp4", "*net.TCPAddr 192.0.2.1:80"},
		{must(socket.Inet(netip.MustParseAddrPort("[fe80::1%lo]:80"))), "udp6", "*net.UDPAddr [fe80::1%lo]:80"},
		{must(socket.Inet(netip.MustParseAddrPort("[fe80::1%lo]:0"))), "ip6", "*net.IPAddr fe80::1%lo"},
		{must(socket.Netlink(1, 2)), "netlink", "*socket.Addr 1/0x2"},
		{socket.Sockaddr{}, "unix", "*socket.Addr "},
	} {
		a := c.sa.Addr(c.network)
		if got := typeName(a) + " " + a.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		back, err := socket.FromAddr(a)
		if err != nil || back != c.sa {
			t.Errorf("and back: got %v, %v, want %v", back, err, c.sa)
		}
	}
	for _, a := range []net.Addr{nil, (*net.UnixAddr)(nil), (*net.TCPAddr)(nil), (*net.UDPAddr)(nil), (*net.IPAddr)(nil), (*socket.Addr)(nil), &net.IPNet{}} {
		if _, err := socket.FromAddr(a); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%T: got %v, want EINVAL", a, err)
		}
	}
}

func typeName(v any) string {
	switch v.(type) {
	case *net.UnixAddr:
		return "*net.UnixAddr"
	case *net.TCPAddr:
		return "*net.TCPAddr"
	case *net.UDPAddr:
		return "*net.UDPAddr"
	case *net.IPAddr:
		return "*net.IPAddr"
	case *socket.Addr:
		return "*socket.Addr"
	}
	return "another"
}

// What the kernel returns equals what was asked: the same bytes.
func TestSockaddrRoundTripsThroughTheKernel(t *testing.T) {
	inFamilies(t, func(t *testing.T, family int) {
		a, b := newSocket(t, family, socket.SockDgram, 0), newSocket(t, family, socket.SockDgram, 0)
		from, to := bind(t, a), bind(t, b)
		if _, err := a.SendTo([]byte("x"), 0, to); err != nil {
			t.Fatal(err)
		}
		_, got, err := b.RecvFrom(make([]byte, 1), 0)
		if err != nil || got != from {
			t.Errorf("family %d: got %v, %v, want %v", family, got, err, from)
		}
	}, socket.AFUnix, socket.AFInet, socket.AFInet6)
}

func TestInetsTurnsALookupIntoAddresses(t *testing.T) {
	ips := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	got, err := socket.Inets(ips, 443)
	if err != nil || len(got) != 2 || got[0].String() != "192.0.2.1:443" || got[1].String() != "[2001:db8::1]:443" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := socket.Inets([]netip.Addr{{}}, 1); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("got %v, want EINVAL", err)
	}
}

// An interface's index of more than 32 bits is refused and not taken for another.
func TestPacketInterfaceHas32Bits(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("every int fits")
	}
	large := 1 << 30
	if _, err := socket.Packet(socket.PacketAddr{Interface: 4*large + 1}); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("got %v, want EINVAL", err)
	}
}

// An IPv4 address of package net is one of AF_INET in either of its forms.
func TestFromAddrOfIPv4(t *testing.T) {
	for _, ip := range []net.IP{net.IPv4(192, 0, 2, 1).To4(), net.IPv4(192, 0, 2, 1).To16()} {
		for _, a := range []net.Addr{&net.TCPAddr{IP: ip, Port: 7}, &net.UDPAddr{IP: ip, Port: 7}, &net.IPAddr{IP: ip}} {
			if sa, err := socket.FromAddr(a); sa.Family() != socket.AFInet || err != nil {
				t.Errorf("%T of %d bytes: got family %d, %v, want AF_INET", a, len(ip), sa.Family(), err)
			}
		}
	}
}
