package socket_test

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"example.com/uds/socket"
)

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
