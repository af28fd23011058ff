//go:build unix

package socket_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// inFamilies runs f as a subtest for each of the families.
func inFamilies(t *testing.T, f func(t *testing.T, family int), families ...int) {
	for _, family := range families {
		t.Run(fmt.Sprintf("family %d", family), func(t *testing.T) { f(t, family) })
	}
}

// safetyNet bounds every wait for something that must happen.
const safetyNet = 20 * time.Second

var background = context.Background()

// newSocket makes a socket, or skips t where the kernel has no IPv6.
func newSocket(t testing.TB, family, typ, proto int) *socket.Socket {
	t.Helper()
	s, err := socket.New(family, typ, proto)
	if family == socket.AFInet6 && errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skipf("needs IPv6: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func pair(t testing.TB, family, typ int) (a, b *socket.Socket) {
	t.Helper()
	a, b, err := socket.Pair(family, typ, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// bind binds s: AF_UNIX to an abstract name that the kernel chooses, the
// internet families to the loopback address and a port that it chooses. It skips
// t where the loopback interface has no IPv6 address, as in many containers.
func bind(t testing.TB, s *socket.Socket) socket.Sockaddr {
	t.Helper()
	sa := anyAddr(t, s.Family())
	err := s.Bind(sa)
	if s.Family() == socket.AFInet6 && errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Skipf("needs the IPv6 loopback address: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	sa, err = s.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	return sa
}

func anyAddr(t testing.TB, family int) socket.Sockaddr {
	t.Helper()
	switch family {
	case socket.AFInet:
		return inet(t, "127.0.0.1:0")
	case socket.AFInet6:
		return inet(t, "[::1]:0")
	}
	sa, err := socket.Unix(testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	return sa
}

func inet(t testing.TB, s string) socket.Sockaddr {
	t.Helper()
	sa, err := socket.Inet(netip.MustParseAddrPort(s))
	if err != nil {
		t.Fatal(err)
	}
	return sa
}

func listen(t testing.TB, family, typ int) (*socket.Socket, socket.Sockaddr) {
	t.Helper()
	l := newSocket(t, family, typ, 0)
	sa := bind(t, l)
	if err := l.Listen(8); err != nil {
		t.Fatal(err)
	}
	return l, sa
}

// fullListener returns a stream listener whose backlog is full. The backlog is
// not 0: at one of 0 older kernels drop every SYN of TCP if SYN cookies are off.
func fullListener(t testing.TB, family int) (*socket.Socket, socket.Sockaddr) {
	t.Helper()
	l := newSocket(t, family, socket.SockStream, 0)
	sa := bind(t, l)
	if err := l.Listen(1); err != nil {
		t.Fatal(err)
	}
	for range 2 { // Linux queues one more than asked for
		s := newSocket(t, family, socket.SockStream, 0)
		if err := s.Connect(background, sa); err != nil {
			t.Fatal(err)
		}
	}
	return l, sa
}

// connected returns a client and the server's end of a connection of a family.
func connected(t testing.TB, family, typ int) (client, server *socket.Socket) {
	t.Helper()
	l, sa := listen(t, family, typ)
	client = newSocket(t, family, typ, 0)
	if err := client.Connect(background, sa); err != nil {
		t.Fatal(err)
	}
	return client, accept(t, l)
}

func accept(t testing.TB, l *socket.Socket) *socket.Socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(background, safetyNet)
	defer cancel()
	s, _, err := l.Accept(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// fill sends until there is no more room.
func fill(t testing.TB, s *socket.Socket) {
	t.Helper()
	for {
		if _, err := s.Send(make([]byte, 1<<10), socket.MsgDontwait); err != nil {
			if err != socket.ErrWouldBlock {
				t.Fatal(err)
			}
			return
		}
	}
}

// waitParked waits until a call of s waits in the poller.
func waitParked(t testing.TB, s *socket.Socket) {
	t.Helper()
	testutil.Eventually(t, safetyNet, func() bool { return socket.Parked(s) }, "a call that waits")
}

// collected waits until the collector has closed the other end of peer's, which
// nobody holds.
func collected(t testing.TB, peer *socket.Socket) {
	t.Helper()
	testutil.Eventually(t, safetyNet, func() bool {
		runtime.GC()
		n, err := peer.Recv(make([]byte, 1), socket.MsgDontwait)
		return n == 0 && err == nil
	}, "the end, after nobody holds the other socket any more")
}

// within returns what arrives on c.
func within[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(safetyNet):
		t.Fatalf("got nothing in %v", safetyNet)
		panic("not reached")
	}
}

// control runs f with the descriptor.
func control(t testing.TB, s *socket.Socket, f func(fd int) error) {
	t.Helper()
	rc, err := s.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var ferr error
	if err := rc.Control(func(fd uintptr) { ferr = f(int(fd)) }); err != nil {
		t.Fatal(err)
	}
	if ferr != nil {
		t.Fatal(ferr)
	}
}

func third[T, U any](_ T, _ U, err error) error { return err }

func second[T any](_ T, err error) error { return err }

func fullPair(t testing.TB) (a, b *socket.Socket) {
	a, b = pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := a.SetWriteBuffer(1); err != nil { // the least there is
		t.Fatal(err)
	}
	fill(t, a)
	// Something smaller may still fit.
	for {
		if _, err := a.Send([]byte("x"), socket.MsgDontwait); err == socket.ErrWouldBlock {
			return a, b
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func sendOne(t testing.TB, peer *socket.Socket) {
	t.Helper()
	if _, err := peer.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
}

func drainAll(t testing.TB, peer *socket.Socket) {
	t.Helper()
	for {
		if _, err := peer.Recv(make([]byte, 1), socket.MsgDontwait); err == socket.ErrWouldBlock {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
