package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// TCP and UDP over both versions of IP, in a namespace with a cable: over
// link-local addresses too, which need their zone.
func TestInetOverACable(t *testing.T) {
	newSocket(t, socket.AFInet6, socket.SockDgram, 0) // or skips t
	runInNamespace(t, "inet over a cable")
}

func init() {
	registerInNamespace("inet over a cable", func(r *rtnl) error {
		if err := cable(r, "192.0.2.1/24", "2001:db8::1/64", "fe80::77/64"); err != nil {
			return err
		}
		for _, a := range []string{"192.0.2.1:0", "[2001:db8::1]:0", "[fe80::77%v0]:0", "[::1]:0", "127.0.0.1:0"} {
			if err := tcpEcho(a); err != nil {
				return fmt.Errorf("TCP at %s: %w", a, err)
			}
			if err := udpEcho(a); err != nil {
				return fmt.Errorf("UDP at %s: %w", a, err)
			}
		}
		return nil
	})
}

func inetSocket(at string, typ int) (*socket.Socket, socket.Sockaddr, error) {
	sa, err := socket.Inet(netip.MustParseAddrPort(at))
	if err != nil {
		return nil, sa, err
	}
	s, err := socket.New(sa.Family(), typ, 0)
	if err != nil {
		return nil, sa, err
	}
	if err := s.Bind(sa); err != nil {
		return nil, sa, err
	}
	name, err := s.Sockname()
	if err != nil {
		return nil, sa, err
	}
	got, _ := name.Inet()
	if want, _ := sa.Inet(); got.Addr() != want.Addr() {
		return nil, sa, fmt.Errorf("got the name %v, want that of %v", got, want)
	}
	return s, name, nil
}

// connectOnce connects as soon as there is a route: until the kernel's watch over
// the links has seen a new one's carrier there is none to its IPv6 addresses, and
// nothing tells when that is over.
func connectOnce(sa socket.Sockaddr) (*socket.Socket, error) {
	for end := time.Now().Add(safetyNet); ; {
		c, err := socket.New(sa.Family(), socket.SockStream, 0)
		if err != nil {
			return nil, err
		}
		if err = c.Connect(background, sa); err == nil {
			return c, nil
		}
		c.Close()
		if !errors.Is(err, syscall.EHOSTUNREACH) || time.Now().After(end) {
			return nil, err
		}
	}
}

func tcpEcho(at string) error {
	l, sa, err := inetSocket(at, socket.SockStream)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Listen(1); err != nil {
		return err
	}
	c, err := connectOnce(sa)
	if err != nil {
		return err
	}
	defer c.Close()
	s, from, err := l.Accept(background)
	if err != nil {
		return err
	}
	defer s.Close()
	if name, err := c.Sockname(); err != nil || name != from {
		return fmt.Errorf("got a connection from %v, want %v (%w)", from, name, err)
	}
	if peer, err := c.Peername(); err != nil || peer != sa {
		return fmt.Errorf("got the peer %v, want %v (%w)", peer, sa, err)
	}
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		w := c.StreamConn()
		w.Write(want)
		w.Close()
	}()
	got, err := io.ReadAll(s.StreamConn())
	if err != nil || !bytes.Equal(got, want) {
		return fmt.Errorf("got %d bytes, %w, want the %d that were written", len(got), err, len(want))
	}
	return nil
}

func udpEcho(at string) error {
	s, sa, err := inetSocket(at, socket.SockDgram)
	if err != nil {
		return err
	}
	defer s.Close()
	c, err := socket.New(sa.Family(), socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer c.Close()
	server, client := s.PacketConn(), c.PacketConn()
	for _, want := range []string{"hello", ""} {
		if _, err := client.WriteTo([]byte(want), server.LocalAddr()); err != nil {
			return err
		}
		buf := make([]byte, 16)
		n, from, err := server.ReadFrom(buf)
		if err != nil || string(buf[:n]) != want {
			return fmt.Errorf("got %q, %w, want %q", buf[:n], err, want)
		}
		if _, err := server.WriteTo(buf[:n], from); err != nil {
			return err
		}
		if n, from, err = client.ReadFrom(buf); err != nil || n != len(want) || from.String() != server.LocalAddr().String() {
			return fmt.Errorf("got %d from %v, %w, want %d from %v", n, from, err, len(want), server.LocalAddr())
		}
	}
	return nil
}

func TestConnectRefused(t *testing.T) {
	inFamilies(t, func(t *testing.T, family int) {
		l, sa := listen(t, family, socket.SockStream)
		l.Close()
		s := newSocket(t, family, socket.SockStream, 0)
		err := s.Connect(background, sa)
		var call *os.SyscallError
		if !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &call) || call.Syscall != "connect" {
			t.Errorf("family %d: got %v, want ECONNREFUSED of connect", family, err)
		}
	}, socket.AFInet, socket.AFInet6, socket.AFUnix)
}

// A TCP connect that nobody answers: the queue of the listener is full, and
// Linux drops what comes then.
func TestTCPConnectThatNobodyAnswers(t *testing.T) {
	_, sa := fullListener(t, socket.AFInet)
	for _, c := range []struct {
		name string
		want error
		ctx  func() (context.Context, func())
		prep func(s *socket.Socket)
	}{
		{"cancelled", context.Canceled, func() (context.Context, func()) { return context.WithCancel(background) }, nil},
		{"timed out by its context", os.ErrDeadlineExceeded, func() (context.Context, func()) {
			ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
			t.Cleanup(cancel)
			return ctx, nil
		}, nil},
		{"timed out by its socket", os.ErrDeadlineExceeded, nil, func(s *socket.Socket) { s.SetWriteTimeout(20 * time.Millisecond) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, socket.AFInet, socket.SockStream, 0)
			ctx, cancel := background, (func())(nil)
			if c.ctx != nil {
				ctx, cancel = c.ctx()
			}
			if c.prep != nil {
				c.prep(s)
			}
			done := start(func() error { return s.Connect(ctx, sa) })
			if cancel != nil {
				waitParked(t, s)
				cancel()
			}
			if err := within(t, done); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestStreamConnErrorsAreNets(t *testing.T) {
	a, b := connected(t, socket.AFInet, socket.SockStream)
	c, d := a.StreamConn(), b.StreamConn()
	if c.LocalAddr().Network() != "tcp" || c.RemoteAddr().String() != d.LocalAddr().String() {
		t.Errorf("got %v and %v", c.LocalAddr(), c.RemoteAddr())
	}
	c.SetReadDeadline(time.Now())
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "read" || !op.Timeout() || op.Net != "tcp4" || op.Source == nil || op.Addr == nil {
		t.Errorf("got %#v, want a timeout in an OpError", err)
	}
	d.Close()
	c.SetReadDeadline(time.Time{})
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("got %d, %v, want a bare io.EOF", n, err)
	}
	c.Close()
	for name, err := range map[string]error{
		"read": second(c.Read(make([]byte, 1))), "an empty read": second(c.Read(nil)), "write": second(c.Write([]byte("x"))),
		"close": c.Close(), "set": c.SetDeadline(time.Time{}),
	} {
		if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) {
			t.Errorf("%s: got %v, want net.ErrClosed in an OpError", name, err)
		}
	}
}

func TestPacketConnOfEveryFamily(t *testing.T) {
	inFamilies(t, func(t *testing.T, family int) {
		a, b := newSocket(t, family, socket.SockDgram, 0), newSocket(t, family, socket.SockDgram, 0)
		bind(t, a)
		bind(t, b)
		x, y := a.PacketConn(), b.PacketConn()
		if _, err := x.WriteTo([]byte("hello"), y.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 3)
		n, from, err := y.ReadFrom(buf)
		if n != 3 || err != nil || from.String() != x.LocalAddr().String() {
			t.Errorf("got %d from %v, %v, want 3 from %v", n, from, err, x.LocalAddr())
		}
		var op *net.OpError
		if _, err := x.WriteTo(nil, &net.IPNet{}); !errors.Is(err, syscall.EINVAL) || !errors.As(err, &op) || op.Op != "write" {
			t.Errorf("got %v, want EINVAL in an OpError", err)
		}
		x.SetReadDeadline(time.Now())
		if _, from, err := x.ReadFrom(buf); !errors.Is(err, os.ErrDeadlineExceeded) || from != nil {
			t.Errorf("got %v, %v, want a timeout", from, err)
		}
	}, socket.AFUnix, socket.AFInet, socket.AFInet6)
}

// With a nil address a connected socket's peer is meant; an unbound sender's
// address is not nil.
func TestPacketConnOfAPair(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockDgram)
	if _, err := a.PacketConn().WriteTo([]byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	if n, from, err := b.PacketConn().ReadFrom(make([]byte, 1)); n != 1 || from == nil || from.String() != "" || err != nil {
		t.Errorf("got %d, %v, %v, want 1 from an unnamed address", n, from, err)
	}
	u, v, _ := dgramPair(t)
	if _, err := u.PacketConn().WriteTo([]byte("x"), nil); err != nil {
		t.Errorf("UDP: %v", err)
	}
	if n, err := v.Recv(make([]byte, 1), 0); n != 1 || err != nil {
		t.Errorf("UDP: got %d, %v, want 1", n, err)
	}
}

func dgramPair(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
	a, b = newSocket(t, socket.AFInet, socket.SockDgram, 0), newSocket(t, socket.AFInet, socket.SockDgram, 0)
	addr = bind(t, b)
	if err := a.Connect(background, addr); err != nil {
		t.Fatal(err)
	}
	return a, b, addr
}

// IPv4 through a socket of both versions.
func TestPacketConnOfIPv6SpeaksIPv4(t *testing.T) {
	six, four := newSocket(t, socket.AFInet6, socket.SockDgram, 0), newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := six.SetV6Only(false); err != nil {
		t.Fatal(err)
	}
	to := bind(t, four)
	if _, err := six.PacketConn().WriteTo([]byte("x"), to.Addr("udp")); err != nil {
		t.Fatal(err)
	}
	if n, err := four.Recv(make([]byte, 1), 0); n != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// At RLIMIT_NOFILE Accept says EMFILE, takes nothing from the backlog, and goes
// on when there is room.
func TestAcceptRecoversFromTheDescriptorLimit(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "accept at the limit"))
}

func init() { testutil.RegisterSilent("accept at the limit", acceptAtTheLimit) }

func acceptAtTheLimit() error {
	l, sa, err := inetSocket("127.0.0.1:0", socket.SockStream)
	if err != nil {
		return err
	}
	if err := l.Listen(64); err != nil {
		return err
	}
	const clients = 32
	failed := make(chan error, clients)
	var all []*socket.Socket
	for range clients {
		c, err := socket.New(socket.AFInet, socket.SockStream, 0)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	restore := limitFiles()
	for _, c := range all {
		go func() { failed <- c.Connect(background, sa) }()
	}
	for range clients {
		if err := <-failed; err != nil {
			return fmt.Errorf("connect: %w", err)
		}
	}
	for range 10 {
		if _, _, err := l.Accept(background); !errors.Is(err, syscall.EMFILE) {
			return fmt.Errorf("got %w, want %w", err, syscall.EMFILE)
		}
	}
	restore()
	ctx, cancel := context.WithTimeout(background, safetyNet)
	defer cancel()
	for i := range clients {
		if _, _, err := l.Accept(ctx); err != nil {
			return fmt.Errorf("connection %d of %d: %w", i+1, clients, err)
		}
	}
	return nil
}
