package socket_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// links dumps the kernel's links: name by index.
func (r *rtnl) links() (map[int]string, error) {
	if _, err := r.s.Send(r.message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, ifinfo(0, 0, 0)), 0); err != nil {
		return nil, err
	}
	links := map[int]string{}
	buf := make([]byte, 64<<10)
	for {
		n, from, err := r.s.RecvFrom(buf, 0)
		if err != nil {
			return nil, err
		}
		if pid, groups, ok := from.Netlink(); !ok || pid != 0 || groups != 0 {
			return nil, fmt.Errorf("got a message from %v, want the kernel", from)
		}
		msgs, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			return nil, err
		}
		for _, m := range msgs {
			if m.Header.Type == unix.NLMSG_DONE {
				return links, nil
			}
			attrs, err := syscall.ParseNetlinkRouteAttr(&m)
			if err != nil {
				return nil, err
			}
			for _, a := range attrs {
				if a.Attr.Type == unix.IFLA_IFNAME {
					links[int(binary.NativeEndian.Uint32(m.Data[4:]))] = strings.TrimRight(string(a.Value), "\x00")
				}
			}
		}
	}
}

// Package net and the kernel's table say the same as a dump.
func TestNetlinkLinkDumpAgrees(t *testing.T) {
	r, err := openRtnl()
	if err != nil {
		t.Fatal(err)
	}
	defer r.s.Close()
	links, err := r.links()
	if err != nil {
		t.Fatal(err)
	}
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]string{}
	for _, ifi := range all {
		want[ifi.Index] = ifi.Name
	}
	if !maps.Equal(links, want) {
		t.Errorf("got %v, want net.Interfaces' %v", links, want)
	}
	f, err := os.Open("/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if name, _, ok := strings.Cut(sc.Text(), ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	slices.Sort(names)
	if got := slices.Sorted(maps.Values(links)); !slices.Equal(got, names) {
		t.Errorf("got %v, want /proc/net/dev's %v", got, names)
	}
}

func TestNetlinkNames(t *testing.T) {
	s := newSocket(t, socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	if err := s.Bind(address(t)(socket.Netlink(0, unix.RTMGRP_LINK))); err != nil {
		t.Fatal(err)
	}
	sa, err := s.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	if pid, groups, ok := sa.Netlink(); pid == 0 || groups != unix.RTMGRP_LINK || !ok {
		t.Errorf("got %v, want a port of the kernel's choice and the group", sa)
	}
	if got, want := s.PacketConn().LocalAddr(), sa; got.Network() != "netlink" || got.String() != want.String() {
		t.Errorf("got %s %v, want netlink %v", got.Network(), got, want)
	}
	if err := s.SetInt(socket.SolNetlink, socket.NetlinkAddMembership, unix.RTNLGRP_NEIGH); err != nil {
		t.Error(err)
	}
}

// A receive buffer that overruns is reported once, netlink(7), and the socket
// goes on.
func TestNetlinkOverrunIsReportedAndTheSocketGoesOn(t *testing.T) {
	runInNamespace(t, "netlink overrun")
}

func init() {
	registerInNamespace("netlink overrun", netlinkOverrun)
}

func netlinkOverrun(r *rtnl) error {
	watch, err := socket.New(socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	if err != nil {
		return err
	}
	defer watch.Close()
	if err := watch.SetReadBuffer(32 << 10); err != nil {
		return err
	}
	group, err := socket.Netlink(0, unix.RTMGRP_LINK)
	if err != nil {
		return err
	}
	if err := watch.Bind(group); err != nil {
		return err
	}
	if err := toggle(r, 200); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	overruns := 0
	for {
		_, err := watch.Recv(buf, socket.MsgDontwait)
		if errors.Is(err, syscall.ENOBUFS) {
			overruns++
			continue
		}
		if err == socket.ErrWouldBlock {
			break
		}
		if err != nil {
			return err
		}
	}
	if overruns != 1 {
		return fmt.Errorf("got %d overruns, want 1", overruns)
	}
	done := start(func() error { // which may find the least buffer overrun again
		_, err := watch.Recv(buf, 0)
		for errors.Is(err, syscall.ENOBUFS) {
			_, err = watch.Recv(buf, 0)
		}
		return err
	})
	if err := toggle(r, 1); err != nil {
		return err
	}
	return <-done
}

// toggle sets lo up and down n times, which sends notifications.
func toggle(r *rtnl, n int) error {
	for range n {
		for _, flags := range []uint32{unix.IFF_UP, 0} {
			if err := r.do(unix.RTM_NEWLINK, 0, ifinfo(1, flags, unix.IFF_UP)); err != nil {
				return err
			}
		}
	}
	return nil
}
