package socket_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// rtnl is a NETLINK_ROUTE socket.
type rtnl struct {
	s   *socket.Socket
	seq uint32
}

func openRtnl() (*rtnl, error) {
	s, err := socket.New(socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	if err != nil {
		return nil, err
	}
	return &rtnl{s: s}, nil
}

// message is a request: header, the fixed part, attributes.
func (r *rtnl) message(typ, flags uint16, parts ...[]byte) []byte {
	r.seq++
	b := make([]byte, 16)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], typ)
	binary.NativeEndian.PutUint16(b[6:], flags)
	binary.NativeEndian.PutUint32(b[8:], r.seq)
	return b
}

// do sends a request and waits for the kernel's answer to it.
func (r *rtnl) do(typ, flags uint16, parts ...[]byte) error {
	if _, err := r.s.Send(r.message(typ, flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK, parts...), 0); err != nil {
		return err
	}
	buf := make([]byte, 8192)
	n, err := r.s.Recv(buf, 0)
	if err != nil {
		return err
	}
	if n < 20 || binary.NativeEndian.Uint16(buf[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("got % x, want an acknowledgement", buf[:n])
	}
	if e := -int32(binary.NativeEndian.Uint32(buf[16:])); e != 0 {
		return unix.Errno(e)
	}
	return nil
}

// attr is a struct rtattr with its value, padded.
func attr(typ uint16, parts ...[]byte) []byte {
	v := bytes.Join(parts, nil)
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(v)))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = append(b, v...)
	return append(b, make([]byte, (4-len(b)%4)%4)...)
}

func text(s string) []byte { return append([]byte(s), 0) }

// ifinfo is struct ifinfomsg.
func ifinfo(index int, flags, change uint32) []byte {
	b := binary.NativeEndian.AppendUint32(nil, 0)
	b = binary.NativeEndian.AppendUint32(b, uint32(index))
	b = binary.NativeEndian.AppendUint32(b, flags)
	return binary.NativeEndian.AppendUint32(b, change)
}

// addVeth makes two interfaces that are the ends of one cable, and sets them up.
func (r *rtnl) addVeth(a, b string) error {
	peer := attr(1 /* VETH_INFO_PEER */, ifinfo(0, 0, 0), attr(unix.IFLA_IFNAME, text(b)))
	err := r.do(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, ifinfo(0, 0, 0),
		attr(unix.IFLA_IFNAME, text(a)),
		attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, text("veth")), attr(unix.IFLA_INFO_DATA, peer)))
	if err == unix.EOPNOTSUPP {
		return fmt.Errorf("this kernel has no veth: %w", err)
	}
	if err != nil {
		return err
	}
	for _, name := range []string{a, b} {
		if err := r.up(name); err != nil {
			return err
		}
	}
	return nil
}

func (r *rtnl) up(name string) error {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	return r.do(unix.RTM_NEWLINK, 0, ifinfo(ifi.Index, unix.IFF_UP, unix.IFF_UP))
}

// addAddr gives an interface an address, without duplicate address detection.
func (r *rtnl) addAddr(name string, p netip.Prefix) error {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	family := byte(unix.AF_INET)
	if p.Addr().Is6() {
		family = unix.AF_INET6
	}
	msg := []byte{family, byte(p.Bits()), unix.IFA_F_NODAD, 0}
	msg = binary.NativeEndian.AppendUint32(msg, uint32(ifi.Index))
	err = r.do(unix.RTM_NEWADDR, unix.NLM_F_CREATE, msg,
		attr(unix.IFA_LOCAL, p.Addr().AsSlice()), attr(unix.IFA_ADDRESS, p.Addr().AsSlice()))
	if err != nil || p.Addr().Is4() {
		return err
	}
	return waitForRoute(p.Addr())
}

// waitForRoute waits until an IPv6 address is routed to this host, which the
// kernel leaves to a work queue (addrconf_dad_work in net/ipv6/addrconf.c) and
// reports to nobody: before it, connecting to the address asks the neighbours.
func waitForRoute(a netip.Addr) error {
	to := []byte(fmt.Sprintf("%x 80 ", a.AsSlice()))
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) { // nothing else tells
		routes, err := os.ReadFile("/proc/self/net/ipv6_route")
		if err != nil {
			return err
		}
		for route := range bytes.Lines(routes) {
			var flags uint32
			if f := bytes.Fields(route); bytes.HasPrefix(route, to) && len(f) == 10 {
				fmt.Sscanf(string(f[8]), "%x", &flags)
			}
			if flags&rtfLocal != 0 {
				return nil
			}
		}
	}
	return fmt.Errorf("no local route to %v", a)
}

// rtfLocal is RTF_LOCAL of include/uapi/linux/ipv6_route.h.
const rtfLocal = 0x80000000
