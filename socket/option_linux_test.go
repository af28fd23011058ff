package socket_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func TestBoolOptions(t *testing.T) {
	for _, c := range []struct {
		name        string
		level, opt  int
		family, typ int
		get         func(*socket.Socket) (bool, error)
		set         func(*socket.Socket, bool) error
	}{
		{"ReuseAddr", socket.SolSocket, socket.SoReuseaddr, socket.AFInet, socket.SockStream, (*socket.Socket).ReuseAddr, (*socket.Socket).SetReuseAddr},
		{"ReusePort", socket.SolSocket, socket.SoReuseport, socket.AFInet, socket.SockStream, (*socket.Socket).ReusePort, (*socket.Socket).SetReusePort},
		{"KeepAlive", socket.SolSocket, socket.SoKeepalive, socket.AFInet, socket.SockStream, (*socket.Socket).KeepAlive, (*socket.Socket).SetKeepAlive},
		{"Broadcast", socket.SolSocket, socket.SoBroadcast, socket.AFInet, socket.SockDgram, (*socket.Socket).Broadcast, (*socket.Socket).SetBroadcast},
		{"DontRoute", socket.SolSocket, socket.SoDontroute, socket.AFInet, socket.SockDgram, (*socket.Socket).DontRoute, (*socket.Socket).SetDontRoute},
		{"OOBInline", socket.SolSocket, socket.SoOobinline, socket.AFInet, socket.SockStream, (*socket.Socket).OOBInline, (*socket.Socket).SetOOBInline},
		{"NoDelay", socket.IPProtoTCP, socket.TCPNodelay, socket.AFInet, socket.SockStream, (*socket.Socket).NoDelay, (*socket.Socket).SetNoDelay},
		{"V6Only", socket.IPProtoIPv6, socket.IPv6V6only, socket.AFInet6, socket.SockStream, (*socket.Socket).V6Only, (*socket.Socket).SetV6Only},
		{"MulticastLoop", socket.IPProtoIPv6, socket.IPv6MulticastLoop, socket.AFInet6, socket.SockDgram, (*socket.Socket).MulticastLoop, (*socket.Socket).SetMulticastLoop},
		{"MulticastLoop of IPv4", unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, socket.AFInet, socket.SockDgram, (*socket.Socket).MulticastLoop, (*socket.Socket).SetMulticastLoop},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, c.family, c.typ, 0)
			for _, want := range []bool{true, false, true} {
				if err := c.set(s, want); err != nil {
					t.Fatal(err)
				}
				got, err := c.get(s)
				raw, rerr := s.Int(c.level, c.opt)
				if got != want || err != nil || raw != 0 != want || rerr != nil {
					t.Errorf("got %v, %v and %d, %v, want %v", got, err, raw, rerr, want)
				}
			}
		})
	}
}

// SO_DEBUG is a privilege: CAP_NET_ADMIN, socket(7).
func TestDebug(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	err := s.SetDebug(true)
	on, gerr := s.Debug()
	may := testutil.Privileged(unix.CAP_NET_ADMIN)
	if !may && !errors.Is(err, os.ErrPermission) || may && err != nil || gerr != nil || on != (err == nil) {
		t.Errorf("got %v, then %v, %v", err, on, gerr)
	}
}

func TestIntOptions(t *testing.T) {
	for _, c := range []struct {
		name       string
		family     int
		get        func(*socket.Socket) (int, error)
		set        func(*socket.Socket, int) error
		give, get2 int
	}{
		{"ReadBuffer", socket.AFUnix, (*socket.Socket).ReadBuffer, (*socket.Socket).SetReadBuffer, 20000, 40000},
		{"WriteBuffer", socket.AFUnix, (*socket.Socket).WriteBuffer, (*socket.Socket).SetWriteBuffer, 20000, 40000},
		{"ReadLowWater", socket.AFInet, (*socket.Socket).ReadLowWater, (*socket.Socket).SetReadLowWater, 10, 10},
		{"UnicastHops", socket.AFInet, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 7, 7},
		{"UnicastHops", socket.AFInet6, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 7, 7},
		{"UnicastHops", socket.AFInet6, (*socket.Socket).UnicastHops, (*socket.Socket).SetUnicastHops, 0, 0},
		{"MulticastHops", socket.AFInet, (*socket.Socket).MulticastHops, (*socket.Socket).SetMulticastHops, 0, 0},
		{"MulticastHops", socket.AFInet6, (*socket.Socket).MulticastHops, (*socket.Socket).SetMulticastHops, 255, 255},
		{"MulticastInterface", socket.AFInet6, (*socket.Socket).MulticastInterface, (*socket.Socket).SetMulticastInterface, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, c.family, socket.SockDgram, 0)
			if err := c.set(s, c.give); err != nil {
				t.Fatal(err)
			}
			if got, err := c.get(s); got != c.get2 || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, c.get2)
			}
		})
	}
}

// Linux has one send low water mark: socket(7).
func TestWriteLowWaterIsOne(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if got, err := s.WriteLowWater(); got != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", got, err)
	}
	if err := s.SetWriteLowWater(2); !errors.Is(err, syscall.ENOPROTOOPT) {
		t.Errorf("got %v, want ENOPROTOOPT", err)
	}
}

// The kernel's timeouts count microseconds, or ticks of its clock.
func TestKernelTimeouts(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	for _, c := range []struct {
		get func() (time.Duration, error)
		set func(time.Duration) error
	}{{s.KernelReadTimeout, s.SetKernelReadTimeout}, {s.KernelWriteTimeout, s.SetKernelWriteTimeout}} {
		for _, want := range []time.Duration{1500 * time.Millisecond, 1, 0} {
			if err := c.set(want); err != nil {
				t.Fatal(err)
			}
			got, err := c.get()
			if err != nil || got < want || got > want+20*time.Millisecond || want == 0 && got != 0 {
				t.Errorf("got %v, %v, want %v, or up to a tick more", got, err, want)
			}
		}
		if err := c.set(-1); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("less than zero: got %v, want EINVAL", err)
		}
	}
}

// SO_RCVTIMEO bounds blocking calls. Ours are not.
func TestKernelTimeoutDoesNotBoundOurCalls(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := a.SetKernelReadTimeout(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := a.SetReadTimeout(30 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := a.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) < 30*time.Millisecond {
		t.Errorf("got %v after %v, want %v after 30ms", err, time.Since(start), os.ErrDeadlineExceeded)
	}
	sendOne(t, b)
}

func TestLinger(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	if got, err := s.Linger(); got != -1 || err != nil {
		t.Errorf("at first: got %d, %v, want -1", got, err)
	}
	for _, want := range []int{0, 7, -1} {
		if err := s.SetLinger(want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Linger(); got != want || err != nil {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
	}
}

// SetLinger(0) makes Close reset the connection.
func TestLingerZeroResets(t *testing.T) {
	client, server := connected(t, socket.AFInet, socket.SockStream)
	if err := client.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if _, err := server.Recv(make([]byte, 1), 0); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want ECONNRESET", err)
	}
}

func TestBindToDevice(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := s.BindToDevice("lo"); errors.Is(err, os.ErrPermission) {
		t.Skipf("needs CAP_NET_RAW: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Device(); got != "lo" || err != nil {
		t.Errorf("got %q, %v, want lo", got, err)
	}
	// Since Linux 5.7 anybody may bind a socket, and only CAP_NET_RAW change that:
	// sock_setbindtodevice in net/core/sock.c.
	want := ""
	if err := s.BindToDevice(""); errors.Is(err, os.ErrPermission) && !testutil.Privileged(unix.CAP_NET_RAW) {
		want = "lo"
	} else if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Device(); got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	s = newSocket(t, socket.AFInet, socket.SockDgram, 0)
	if err := s.BindToDevice("no-such-device"); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("got %v, want ENODEV", err)
	}
	if err := s.BindToDevice("lo-of-sixteen-by"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a name that the kernel would cut: got %v, want EINVAL", err)
	}
}

func TestAcceptConnAndType(t *testing.T) {
	l, _ := listen(t, socket.AFUnix, socket.SockSeqpacket)
	if on, err := l.AcceptConn(); !on || err != nil {
		t.Errorf("got %v, %v, want true", on, err)
	}
	if on, err := newSocket(t, socket.AFUnix, socket.SockStream, 0).AcceptConn(); on || err != nil {
		t.Errorf("got %v, %v, want false", on, err)
	}
	if typ, err := l.Int(socket.SolSocket, socket.SoType); typ != socket.SockSeqpacket || err != nil {
		t.Errorf("got %d, %v, want SOCK_SEQPACKET", typ, err)
	}
}

func TestTakeErrorTakesIt(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	sendOne(t, a)
	b.Close() // with unread input
	if err := a.TakeError(); err != syscall.ECONNRESET {
		t.Errorf("got %v, want ECONNRESET", err)
	}
	if err := a.TakeError(); err != nil {
		t.Errorf("again: got %v, want nil", err)
	}
}

// An option of any kind may be read and set as bytes; what there is no room for
// is cut.
func TestBytesOption(t *testing.T) {
	s := newSocket(t, socket.AFInet, socket.SockStream, 0)
	want := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, 1), 7)
	if err := s.SetOption(socket.SolSocket, socket.SoLinger, want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Linger(); got != 7 || err != nil {
		t.Errorf("got a linger of %d, %v, want 7", got, err)
	}
	p := make([]byte, 16)
	if n, err := s.Option(socket.SolSocket, socket.SoLinger, p); !bytes.Equal(p[:n], want) || err != nil {
		t.Errorf("got % x, %v, want % x", p[:n], err, want)
	}
	if n, err := s.Option(socket.SolSocket, socket.SoLinger, p[:4]); n != 4 || err != nil {
		t.Errorf("got %d, %v, want 4 for want of room", n, err)
	}
}
