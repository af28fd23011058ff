package socket_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// What options do to whom a datagram reaches, in a namespace with a cable whose
// end v0 has the addresses: groups joined and left, the loop of groups, the
// interface a socket is bound to, and broadcast.
func TestOptionsDecideWhomADatagramReaches(t *testing.T) {
	newSocket(t, socket.AFInet6, socket.SockDgram, 0) // or skips t
	runInNamespace(t, "reach")
}

func init() {
	registerInNamespace("reach", func(r *rtnl) error {
		if err := cable(r, "192.0.2.1/24", "fe80::77/64"); err != nil {
			return err
		}
		for _, c := range []struct{ group, any, self string }{
			{"239.255.77.1", "0.0.0.0", "127.0.0.1"},
			{"ff02::7701", "::", "::1"},
		} {
			if err := groups(netip.MustParseAddr(c.group), netip.MustParseAddr(c.any), netip.MustParseAddr(c.self)); err != nil {
				return fmt.Errorf("%s: %w", c.group, err)
			}
		}
		if err := devices(); err != nil {
			return fmt.Errorf("SO_BINDTODEVICE: %w", err)
		}
		return permissions()
	})
}

// member is a datagram socket at any address, and where it is reached alone.
func member(any, self netip.Addr) (*socket.Socket, socket.Sockaddr, error) {
	s, name, err := inetSocket(netip.AddrPortFrom(any, 0).String(), socket.SockDgram)
	if err != nil {
		return nil, name, err
	}
	s.SetReadTimeout(safetyNet)
	ap, _ := name.Inet()
	alone, err := socket.Inet(netip.AddrPortFrom(self, ap.Port()))
	return s, alone, err
}

// groups sends to a group whose member joins, leaves, and joins again while the
// sender keeps its datagrams off this machine. What does not reach the member
// is shown by what is sent to it alone afterwards.
func groups(group, any, self netip.Addr) error {
	in, alone, err := member(any, self)
	if err != nil {
		return err
	}
	defer in.Close()
	v0, err := indexOf("v0")
	if err != nil {
		return err
	}
	out, err := socket.New(in.Family(), socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := out.SetMulticastInterface(v0); err != nil {
		return err
	}
	ap, _ := alone.Inet()
	to, err := socket.Inet(netip.AddrPortFrom(group, ap.Port()))
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what    string
		do      func() error
		reaches bool
	}{
		{"before it joined", func() error { return nil }, false},
		{"joined", func() error { return in.JoinGroup(group, v0) }, true},
		{"left", func() error { return in.LeaveGroup(group, v0) }, false},
		{"joined again", func() error { return in.JoinGroup(group, v0) }, true},
		{"without the loop", func() error { return out.SetMulticastLoop(false) }, false},
	} {
		if err := c.do(); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
		want := []string{"alone"}
		if c.reaches {
			want = []string{"all", "alone"}
		}
		if err := sendTwo(out, to, alone, in, want); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
	}
	if err := in.LeaveGroup(group, v0); err != nil {
		return err
	}
	if err := in.LeaveGroup(group, v0); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		return fmt.Errorf("left twice: got %w, want EADDRNOTAVAIL", err)
	}
	return nil
}

// sendTwo sends "all" to one address and then "alone" to another, and says what
// of it arrives at in.
func sendTwo(out *socket.Socket, all, alone socket.Sockaddr, in *socket.Socket, want []string) error {
	if _, err := out.SendTo([]byte("all"), 0, all); err != nil {
		return err
	}
	if _, err := out.SendTo([]byte("alone"), 0, alone); err != nil {
		return err
	}
	buf := make([]byte, 16)
	for _, w := range want {
		if n, err := in.Recv(buf, 0); err != nil || string(buf[:n]) != w {
			return fmt.Errorf("got %q, %w, want %q", buf[:n], err, w)
		}
	}
	return nil
}

// devices binds two sockets with the same port to two interfaces: each gets what
// comes in by its own.
func devices() error {
	lo, v0 := new(socket.Socket), new(socket.Socket)
	port := uint16(0)
	for name, s := range map[string]**socket.Socket{"lo": &lo, "v0": &v0} {
		var err error
		if *s, err = socket.New(socket.AFInet, socket.SockDgram, 0); err != nil {
			return err
		}
		defer (*s).Close()
		(*s).SetReadTimeout(safetyNet)
		if err := (*s).BindToDevice(name); err != nil {
			return err
		}
		sa, err := socket.Inet(netip.AddrPortFrom(netip.IPv4Unspecified(), port))
		if err != nil {
			return err
		}
		if err := (*s).Bind(sa); err != nil {
			return err
		}
		if sa, err = (*s).Sockname(); err != nil {
			return err
		}
		ap, _ := sa.Inet()
		port = ap.Port()
	}
	out, err := socket.New(socket.AFInet, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	to, err := socket.Inet(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port))
	if err != nil {
		return err
	}
	if _, err := out.SendTo([]byte("by lo"), 0, to); err != nil {
		return err
	}
	buf := make([]byte, 16)
	if n, err := lo.Recv(buf, 0); err != nil || string(buf[:n]) != "by lo" {
		return fmt.Errorf("got %q, %w, want what came by lo", buf[:n], err)
	}
	if n, err := v0.Recv(buf, socket.MsgDontwait); err != socket.ErrWouldBlock {
		return fmt.Errorf("bound to v0: got %q, %w, want nothing", buf[:n], err)
	}
	return nil
}

// permissions are what a datagram to all needs.
func permissions() error {
	s, err := socket.New(socket.AFInet, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := socket.Inet(netip.MustParseAddrPort("192.0.2.255:9"))
	if err != nil {
		return err
	}
	if _, err := s.SendTo([]byte("x"), 0, all); !errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("broadcast without SO_BROADCAST: got %w, want EACCES", err)
	}
	if err := s.SetBroadcast(true); err != nil {
		return err
	}
	if _, err := s.SendTo([]byte("x"), 0, all); err != nil {
		return fmt.Errorf("broadcast with SO_BROADCAST: %w", err)
	}
	return nil
}

// An echo request to this machine over SOCK_RAW: the answer is an IP packet.
func TestICMPEcho(t *testing.T) {
	runInNamespace(t, "icmp echo")
}

func init() {
	registerInNamespace("icmp echo", func(r *rtnl) error {
		if err := r.up("lo"); err != nil {
			return err
		}
		return icmpEcho()
	})
}

func icmpEcho() error {
	s, err := socket.New(socket.AFInet, socket.SockRaw, socket.IPProtoICMP)
	if err != nil {
		return err
	}
	defer s.Close()
	c := s.PacketConn()
	c.SetReadDeadline(time.Now().Add(safetyNet))
	// Type 8, code 0, checksum, identifier, sequence number: RFC 792.
	request := []byte{8, 0, 0xf7, 0xfd, 0, 1, 0, 1}
	if _, err := c.WriteTo(request, &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return err
	}
	buf := make([]byte, 128)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return err
		}
		const header = 20 // bytes of IPv4's
		if _, ok := from.(*net.IPAddr); !ok || from.String() != "127.0.0.1" || n != header+len(request) || buf[9] != unix.IPPROTO_ICMP {
			return fmt.Errorf("got % x from %T %v, want an ICMP packet from 127.0.0.1", buf[:n], from, from)
		}
		switch buf[header] {
		case 8: // the request, which a raw socket on lo sees too
		case 0:
			return nil
		default:
			return fmt.Errorf("got % x, want an echo reply", buf[header:n])
		}
	}
}

// The protocol that New is given is the kernel's, and the default one is that of
// the type.
func TestProtocolIsTheKernels(t *testing.T) {
	for _, c := range []struct{ typ, proto, want int }{
		{socket.SockDgram, socket.IPProtoUDP, socket.IPProtoUDP},
		{socket.SockDgram, 0, socket.IPProtoUDP},
		{socket.SockStream, socket.IPProtoTCP, socket.IPProtoTCP},
		{socket.SockStream, 0, socket.IPProtoTCP},
	} {
		s := newSocket(t, socket.AFInet, c.typ, c.proto)
		if got, err := s.Int(socket.SolSocket, unix.SO_PROTOCOL); got != c.want || err != nil || s.Protocol() != c.proto {
			t.Errorf("type %d, protocol %d: got %d, %v, want %d", c.typ, c.proto, got, err, c.want)
		}
		f, err := s.File()
		if err != nil {
			t.Fatal(err)
		}
		again, err := socket.FromFile(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Protocol(); got != c.want {
			t.Errorf("FromFile of type %d, protocol %d: got %d, want %d", c.typ, c.proto, got, c.want)
		}
		again.Close()
	}
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, unix.AF_UNIX) // PF_UNIX is the protocol's number
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if a.Protocol() != unix.AF_UNIX || b.Protocol() != unix.AF_UNIX {
		t.Errorf("a pair of protocol %d: got %d and %d", unix.AF_UNIX, a.Protocol(), b.Protocol())
	}
	if _, err := socket.New(socket.AFInet, socket.SockStream, socket.IPProtoUDP); !errors.Is(err, syscall.EPROTONOSUPPORT) {
		t.Errorf("a stream of UDP: got %v, want EPROTONOSUPPORT", err)
	}
}

// A blocking file that is adopted becomes non-blocking, and so it stays.
func TestFromFileMakesTheDescriptionNonblocking(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[1])
	f := os.NewFile(uintptr(fds[0]), "blocking")
	defer f.Close()
	s, err := socket.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	control(t, s, func(fd int) error {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if flags&unix.O_NONBLOCK == 0 {
			t.Errorf("got the flags %#x, want O_NONBLOCK", flags)
		}
		return err
	})
}
