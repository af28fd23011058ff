package socket_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"example.com/uds/socket"
)

// nameServer knows a host with addresses of both families and another name for
// it. It speaks over this package's sockets and notes what it was asked.
type nameServer struct {
	mu    sync.Mutex
	asked []string
}

const (
	hostName  = "host.example."
	aliasName = "www.example."
)

var hostIPs = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}

// resolver asks the server, and nobody else.
func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		a, b, err := socket.Pair(socket.AFUnix, socket.SockStream, 0)
		if err != nil {
			return nil, err
		}
		go s.serve(b.StreamConn())
		return a.StreamConn(), nil
	}}
}

// serve answers requests in the framing of DNS over TCP.
func (s *nameServer) serve(c net.Conn) {
	defer c.Close()
	var size [2]byte
	for {
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		request := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, request); err != nil {
			return
		}
		answer, err := s.answer(request)
		if err != nil {
			return
		}
		c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

func (s *nameServer) answer(request []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(request); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	s.mu.Lock()
	s.asked = append(s.asked, strings.TrimPrefix(q.Type.String(), "Type"))
	s.mu.Unlock()
	host := dnsmessage.MustNewName(hostName)
	head := func(name dnsmessage.Name) dnsmessage.ResourceHeader {
		return dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 60}
	}
	if q.Name.String() == aliasName {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Name), Body: &dnsmessage.CNAMEResource{CNAME: host}})
	}
	switch q.Type {
	case dnsmessage.TypeA:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(host), Body: &dnsmessage.AResource{A: hostIPs[0].As4()}})
	case dnsmessage.TypeAAAA:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(host), Body: &dnsmessage.AAAAResource{AAAA: hostIPs[1].As16()}})
	}
	return m.Pack()
}

// questions returns what the server was asked, each once and in order, and
// forgets it.
func (s *nameServer) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	slices.Sort(asked)
	return slices.Compact(asked)
}

// AI_ALL, and no AI_ADDRCONFIG: whatever addresses this machine has itself, the
// network "ip" asks for both families and returns both; "ip4" and "ip6" ask for
// and return one.
func TestGetaddrinfoReturnsAllOfAFamily(t *testing.T) {
	var s nameServer
	for _, c := range []struct {
		network string
		asked   []string
		want    []netip.Addr
	}{
		{"ip", []string{"A", "AAAA"}, hostIPs},
		{"ip4", []string{"A"}, hostIPs[:1]},
		{"ip6", []string{"AAAA"}, hostIPs[1:]},
	} {
		got, err := s.resolver().LookupNetIP(background, c.network, hostName)
		for i := range got {
			got[i] = got[i].Unmap()
		}
		slices.SortFunc(got, netip.Addr.Compare)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.network, got, err, c.want)
		}
		if asked := s.questions(); !slices.Equal(asked, c.asked) {
			t.Errorf("%s: the server was asked for %v, want %v", c.network, asked, c.asked)
		}
	}
}

// AI_CANONNAME is a method: the name behind another one.
func TestGetaddrinfoCanonicalName(t *testing.T) {
	var s nameServer
	for _, name := range []string{aliasName, hostName} {
		if got, err := s.resolver().LookupCNAME(background, name); got != hostName || err != nil {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, hostName)
		}
	}
}

// AI_V4MAPPED: an AF_INET6 socket reaches IPv4 by a mapped address.
func TestGetaddrinfoMappedAddress(t *testing.T) {
	l, sa := listen(t, socket.AFInet, socket.SockStream)
	four, _ := sa.Inet()
	mapped := netip.AddrFrom16(four.Addr().As16())
	to := address(t)(socket.Inet(netip.AddrPortFrom(mapped, four.Port())))
	if !mapped.Is4In6() || to.Family() != socket.AFInet6 {
		t.Errorf("got %v of family %d, want an IPv4-mapped address of AF_INET6", mapped, to.Family())
	}
	c := newSocket(t, socket.AFInet6, socket.SockStream, 0)
	if err := c.SetV6Only(false); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(background, to); err != nil {
		t.Fatal(err)
	}
	accept(t, l)
}

// AI_PASSIVE: the unspecified address, to which a server binds.
func TestGetaddrinfoPassive(t *testing.T) {
	for _, ip := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		sa := address(t)(socket.Inet(netip.AddrPortFrom(ip, 0)))
		s := newSocket(t, sa.Family(), socket.SockStream, 0)
		if err := s.Bind(sa); err != nil {
			t.Error(err)
		}
		name, err := s.Sockname()
		if got, ok := name.Inet(); err != nil || !ok || got.Addr() != ip || got.Port() == 0 {
			t.Errorf("got %v, %v, want %v and a port", name, err, ip)
		}
	}
}

// AI_NUMERICHOST and AI_NUMERICSERV: what takes digits asks nobody.
func TestGetaddrinfoNumeric(t *testing.T) {
	var s nameServer
	r := s.resolver()
	if ips, err := r.LookupNetIP(background, "ip", "192.0.2.1"); err != nil || len(ips) != 1 || ips[0].Unmap() != hostIPs[0] {
		t.Errorf("got %v, %v, want %v", ips, err, hostIPs[0])
	}
	if p, err := r.LookupPort(background, "udp", "53"); p != 53 || err != nil {
		t.Errorf("got %d, %v, want 53", p, err)
	}
	if asked := s.questions(); len(asked) != 0 {
		t.Errorf("the server was asked for %v, want nothing", asked)
	}
	if _, err := netip.ParseAddr("host.example"); err == nil {
		t.Error("got no error for a name that is no address")
	}
	if _, err := r.LookupPort(background, "tcp", "no such service"); err == nil {
		t.Error("got no error for an unknown service")
	}
}
