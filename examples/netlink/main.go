//go:build linux

// Command netlink lists the network interfaces and then prints how they change,
// with nothing but a NETLINK_ROUTE socket of package socket.
//
//	go run ./examples/netlink          list, then watch until interrupted
//	go run ./examples/netlink -once    list
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/uds/socket"
)

// linkGroup is RTMGRP_LINK of linux/rtnetlink.h: changes of links.
const linkGroup = 1

func main() {
	once := flag.Bool("once", false, "list the interfaces and exit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *once); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "netlink:", err)
		os.Exit(1)
	}
}

// run joins the group of link changes before it lists, so that none is missed.
func run(ctx context.Context, w io.Writer, once bool) error {
	s, err := socket.New(socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	if err != nil {
		return err
	}
	defer s.Close()
	sa, err := socket.Netlink(0, linkGroup)
	if err != nil {
		return err
	}
	if err := s.Bind(sa); err != nil {
		return err
	}
	// A deadline ends later calls too; Cancel ends only those that have begun.
	defer context.AfterFunc(ctx, func() { s.SetDeadline(time.Now()) })()
	if err := dump(s, w); err != nil || once {
		return err
	}
	for {
		if _, err := receive(s, w); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return err
		}
	}
}

// dump asks for all links and prints them.
func dump(s *socket.Socket, w io.Writer) error {
	const size = syscall.SizeofNlMsghdr + syscall.SizeofIfInfomsg
	var b [size]byte
	binary.NativeEndian.PutUint32(b[0:], size)
	binary.NativeEndian.PutUint16(b[4:], syscall.RTM_GETLINK)
	binary.NativeEndian.PutUint16(b[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	if _, err := s.Send(b[:], 0); err != nil {
		return err
	}
	for {
		if done, err := receive(s, w); done || err != nil {
			return err
		}
	}
}

// receive prints the messages of one datagram; done says that a dump ended.
func receive(s *socket.Socket, w io.Writer) (done bool, err error) {
	buf := make([]byte, 64<<10)
	n, from, err := s.RecvFrom(buf, 0)
	if errors.Is(err, syscall.ENOBUFS) {
		fmt.Fprintln(w, "some changes were lost")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if pid, _, _ := from.Netlink(); pid != 0 {
		return false, nil // not the kernel
	}
	msgs, err := syscall.ParseNetlinkMessage(buf[:n])
	if err != nil {
		return false, err
	}
	for _, m := range msgs {
		switch m.Header.Type {
		case syscall.NLMSG_DONE:
			return true, nil
		case syscall.NLMSG_ERROR:
			return false, syscall.Errno(-int32(binary.NativeEndian.Uint32(m.Data)))
		case syscall.RTM_NEWLINK, syscall.RTM_DELLINK:
			if err := printLink(w, &m); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// printLink prints the index, the name and the state of a link.
func printLink(w io.Writer, m *syscall.NetlinkMessage) error {
	attrs, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil {
		return err
	}
	name := ""
	for _, a := range attrs {
		if a.Attr.Type == syscall.IFLA_IFNAME {
			name = string(a.Value[:len(a.Value)-1])
		}
	}
	state := "down"
	if binary.NativeEndian.Uint32(m.Data[8:])&syscall.IFF_UP != 0 {
		state = "up"
	}
	if m.Header.Type == syscall.RTM_DELLINK {
		state = "gone"
	}
	_, err = fmt.Fprintf(w, "%d %s %s\n", binary.NativeEndian.Uint32(m.Data[4:]), name, state)
	return err
}
