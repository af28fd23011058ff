package socket_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// What is wrong with an address, or with the lack of one, stands in the error.
func TestAddressErrorsSayWhatIsWrong(t *testing.T) {
	unix, zero := address(t)(socket.Unix("/nowhere")), socket.Sockaddr{}
	four, six := inet(t, "127.0.0.1:9"), inet(t, "[::1]:9")
	udp := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	gram := newSocket(t, socket.AFUnix, socket.SockDgram, 0)
	for _, c := range []struct {
		err   error
		errno error
		words string
	}{
		{second(udp.SendTo(nil, 0, six)), syscall.EAFNOSUPPORT, "sendto to an address of family 10, the socket is of 2"},
		{second(udp.SendTo(nil, 0, unix)), syscall.EINVAL, "sendto to an address of family 1, the socket is of 2"},
		{second(gram.SendTo(nil, 0, four)), syscall.EINVAL, "sendto to an address of family 2, the socket is of 1"},
		{udp.SendMsg(&socket.Msg{Addr: six}, 0), syscall.EAFNOSUPPORT, "sendmsg to an address of family 10, the socket is of 2"},
		{udp.Bind(six), syscall.EAFNOSUPPORT, "bind to an address of family 10, the socket is of 2"},
		{udp.Bind(zero), syscall.EINVAL, "bind without an address"},
		{udp.Connect(background, six), syscall.EAFNOSUPPORT, "connect to an address of family 10, the socket is of 2"},
		{udp.Connect(background, zero), syscall.EINVAL, "connect without an address"},
		{gram.Connect(background, four), syscall.EINVAL, "connect to an address of family 2, the socket is of 1"},
		{second(udp.SendTo(nil, 0, zero)), syscall.EDESTADDRREQ, "sendto: "},
		{second(gram.SendTo(nil, 0, zero)), syscall.ENOTCONN, "sendto: "},
		{second(gram.SendTo(nil, 0, unix)), syscall.ENOENT, "sendto: "},
		{second(socket.FromAddr(&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 70000})), syscall.EINVAL, "port 70000, allowed are 0 to 65535"},
		{second(socket.FromAddr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: -1})), syscall.EINVAL, "port -1, allowed are 0 to 65535"},
		{second(udp.PacketConn().WriteTo(nil, &net.UDPAddr{IP: net.IPv6loopback, Port: 9})), syscall.EAFNOSUPPORT, "an address of family 10, the socket is of 2"},
	} {
		if !errors.Is(c.err, c.errno) || c.err == nil || !strings.Contains(c.err.Error(), c.words) {
			t.Errorf("got %v, want %v that says %q", c.err, c.errno, c.words)
		}
	}
}

// A call in the wrong state fails, and the socket goes on.
func TestCallsInTheWrongState(t *testing.T) {
	tcp := newSocket(t, socket.AFInet, socket.SockStream, 0)
	udp := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	to := bind(t, udp)
	for name, c := range map[string]struct{ err, want error }{
		"Accept of what does not listen":  {third(tcp.Accept(background)), syscall.EINVAL},
		"Accept of datagrams":             {third(udp.Accept(background)), syscall.EOPNOTSUPP},
		"Listen on datagrams":             {udp.Listen(1), syscall.EOPNOTSUPP},
		"Recv without a connection":       {second(tcp.Recv(make([]byte, 1), 0)), syscall.ENOTCONN},
		"Send without a connection":       {second(tcp.Send([]byte("x"), 0)), syscall.EPIPE},
		"Peername without a peer":         {second(udp.Peername()), syscall.ENOTCONN},
		"Shutdown of no direction":        {udp.Shutdown(9), syscall.EINVAL},
		"a timeout below zero":            {udp.SetReadTimeout(-1), syscall.EINVAL},
		"a datagram that is too large":    {second(udp.SendTo(make([]byte, 1<<17), 0, inet(t, "127.0.0.1:9"))), syscall.EMSGSIZE},
		"Pair of a family without pairs":  {third(socket.Pair(socket.AFInet, socket.SockStream, 0)), syscall.EOPNOTSUPP},
		"New of a family that is unknown": {second(socket.New(4711, socket.SockStream, 0)), syscall.EAFNOSUPPORT},
		"FromFile of no file":             {second(socket.FromFile(nil)), syscall.EINVAL},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.err, c.want)
		}
	}
	if _, err := udp.SendTo([]byte("x"), 0, to); err != nil {
		t.Error(err)
	}
	if n, err := udp.Recv(make([]byte, 2), 0); n != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// A nil Msg is an error, and keeps no turn.
func TestNilMsgIsEINVAL(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockDgram)
	if err := a.SendMsg(nil, 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("SendMsg: got %v, want EINVAL", err)
	}
	if err := b.RecvMsg(nil, 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("RecvMsg: got %v, want EINVAL", err)
	}
	sendOne(t, a)
	if n, err := b.Recv(make([]byte, 2), socket.MsgDontwait); n != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// A context that was cancelled before the call takes nothing: neither a
// connection from the backlog nor a place in it.
func TestCancelledContextTakesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	l, sa := listen(t, socket.AFInet, socket.SockStream)
	c := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if err := c.Connect(ctx, sa); err != context.Canceled {
		t.Errorf("Connect: got %v, want %v", err, context.Canceled)
	}
	if _, _, err := l.Accept(ctx); err != context.Canceled {
		t.Errorf("Accept with nothing to accept: got %v, want %v", err, context.Canceled)
	}
	if err := c.Connect(background, sa); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Accept(ctx); err != context.Canceled {
		t.Errorf("Accept: got %v, want %v", err, context.Canceled)
	}
	accept(t, l)
}

// The flags that C programs or to a type are not part of it.
func TestTypeFlagsAreNotTheType(t *testing.T) {
	const flags = unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC
	s := newSocket(t, socket.AFInet, socket.SockStream|flags, 0)
	if s.Type() != socket.SockStream || s.StreamConn().LocalAddr().Network() != "tcp" {
		t.Errorf("got type %d and %T, want SOCK_STREAM and a *net.TCPAddr", s.Type(), s.StreamConn().LocalAddr())
	}
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket|flags)
	if a.Type() != socket.SockSeqpacket || b.Type() != socket.SockSeqpacket {
		t.Errorf("got types %d and %d, want SOCK_SEQPACKET", a.Type(), b.Type())
	}
}

// Several sockets share one address, and every connection goes to one of them.
func TestReusePortSharesConnectionsOut(t *testing.T) {
	any := inet(t, "127.0.0.1:0")
	var all []*socket.Socket
	for range 3 {
		l := newSocket(t, socket.AFInet, socket.SockStream, 0)
		if err := l.SetReusePort(true); err != nil {
			t.Fatal(err)
		}
		if err := l.Bind(any); err != nil {
			t.Fatal(err)
		}
		if err := l.Listen(64); err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			any = address(t)(l.Sockname())
		}
		all = append(all, l)
	}
	other := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if err := other.Bind(any); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("without the option: got %v, want EADDRINUSE", err)
	}
	const clients = 64
	served := make(chan int, clients)
	for i, l := range all {
		go func() {
			for {
				c, _, err := l.Accept(background)
				if err != nil {
					return
				}
				served <- i
				c.Close()
			}
		}()
	}
	by := map[int]int{}
	for range clients {
		c := newSocket(t, socket.AFInet, socket.SockStream, 0)
		if err := c.Connect(background, any); err != nil {
			t.Fatal(err)
		}
		by[within(t, served)]++
	}
	// The kernel hashes ports: that all of 64 fall to one of three is out of the
	// question.
	if len(by) < 2 {
		t.Errorf("got %v, want more than one listener", by)
	}
}

// A multicast address with a zone needs no index besides, and the index of a
// zone that is a number counts.
func TestGroupZoneIsTheInterface(t *testing.T) {
	ifi := multicastInterface(t)
	s := newSocket(t, socket.AFInet6, socket.SockDgram, 0)
	group := netip.MustParseAddr("ff02::7702")
	if err := s.JoinGroup(group.WithZone(ifi.Name), 0); err != nil {
		t.Fatal(err)
	}
	if err := s.JoinGroup(group, ifi.Index); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("joined again by its index: got %v, want EADDRINUSE", err)
	}
	if err := s.LeaveGroup(group, ifi.Index); err != nil {
		t.Error(err)
	}
	if err := s.JoinGroup(group.WithZone("2000000000"), 0); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("zone of no interface: got %v, want ENODEV", err)
	}
}
