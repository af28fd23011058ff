package socket_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/netip"
	"time"

	"example.com/uds/socket"
)

// The socket, its options, its name, and its end, as luaposix' documentation
// has them.
func Example() {
	s, err := socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	any, err := socket.Inet(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Bind(any); err != nil {
		log.Fatal(err)
	}
	if err := s.Listen(socket.Somaxconn); err != nil {
		log.Fatal(err)
	}
	name, err := s.Sockname()
	if err != nil {
		log.Fatal(err)
	}
	c, err := socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Connect(context.Background(), name); err != nil {
		log.Fatal(err)
	}
	conn, from, err := s.Accept(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	local, err := c.Sockname()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("from the client:", from == local)
	if _, err := c.Send([]byte("hello"), 0); err != nil {
		log.Fatal(err)
	}
	buf := make([]byte, 16)
	n, err := conn.Recv(buf, 0)
	fmt.Printf("%s %v\n", buf[:n], err)
	// Output:
	// from the client: true
	// hello <nil>
}

// sys_sock.socket (sys_sock.AF_INET, sys_sock.SOCK_STREAM, 0)
func ExampleNew() {
	s, err := socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Family() == socket.AFInet, s.Type() == socket.SockStream, s.Protocol())
	// Output: true true 0
}

// sys_sock.socketpair (sys_sock.AF_INET, sys_sock.SOCK_STREAM, 0): no system
// has pairs of AF_INET, so luaposix' own example fails.
func ExamplePair() {
	_, _, err := socket.Pair(socket.AFInet, socket.SockStream, 0)
	fmt.Println(err)
	r, w, err := socket.Pair(socket.AFUnix, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	w.Send([]byte("hello"), 0)
	buf := make([]byte, 16)
	n, err := r.Recv(buf, 0)
	fmt.Printf("%s %v\n", buf[:n], err)
	// Output:
	// socketpair: operation not supported
	// hello <nil>
}

// sys_sock.setsockopt (sock, sys_sock.SOL_SOCKET, sys_sock.SO_SNDTIMEO, 1, 0)
// and getsockopt of the same.
func ExampleSocket_SetTimeval() {
	s, err := socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if err := s.SetTimeval(socket.SolSocket, socket.SoSndtimeo, time.Second); err != nil {
		log.Fatal(err)
	}
	d, err := s.Timeval(socket.SolSocket, socket.SoSndtimeo)
	fmt.Println("Send timeout", d, err)
	// Output: Send timeout 1s <nil>
}

// sys_sock.shutdown (sock, sys_sock.SHUT_RDWR)
func ExampleSocket_Shutdown() {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockStream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	fmt.Println(a.Shutdown(socket.ShutBoth))
	n, err := b.Recv(make([]byte, 1), 0)
	fmt.Println(n, err)
	// Output:
	// <nil>
	// 0 <nil>
}

// posix.getpeername (sockfd) and posix.getsockname (sockfd)
func ExampleSocket_Peername() {
	l, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	sa, err := socket.Unix("\x00uds example of Peername")
	if err != nil {
		log.Fatal(err)
	}
	l.Bind(sa)
	l.Listen(1)
	c, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	c.Connect(context.Background(), sa)
	peer, err := c.Peername()
	fmt.Println(peer, err)
	name, err := c.Sockname()
	fmt.Printf("%q %v\n", name, err)
	// Output:
	// @uds example of Peername <nil>
	// "" <nil>
}

// sys_sock.getaddrinfo ("www.lua.org", "http", { family = AF_INET, socktype =
// SOCK_STREAM }): the resolver is package net's. A host that is an address
// needs no server.
func ExampleInets() {
	ctx := context.Background()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", "127.0.0.1")
	if err != nil {
		log.Fatal(err)
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp4", "http")
	if err != nil {
		log.Fatal(err)
	}
	addrs, err := socket.Inets(ips, uint16(port))
	fmt.Println(addrs, err)
	// Output: [127.0.0.1:80] <nil>
}

// sys_sock.if_nametoindex("lo"), for a packet socket.
func ExamplePacket() {
	ifi, err := net.InterfaceByName("lo")
	if err != nil {
		log.Fatal(err)
	}
	sa, err := socket.Packet(socket.PacketAddr{Protocol: 0x0800, Interface: ifi.Index})
	fmt.Println(sa, err)
	// Output: lo/0x0800/ <nil>
}

func ExampleSocket_PacketConn() {
	s, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		log.Fatal(err)
	}
	sa, err := socket.Unix("\x00uds example of PacketConn")
	if err != nil {
		log.Fatal(err)
	}
	s.Bind(sa)
	var c net.PacketConn = s.PacketConn()
	defer c.Close()
	c.WriteTo([]byte("to myself"), c.LocalAddr())
	buf := make([]byte, 16)
	n, from, err := c.ReadFrom(buf)
	fmt.Printf("%s from %v, %v\n", buf[:n], from, err)
	// Output: to myself from @uds example of PacketConn, <nil>
}
