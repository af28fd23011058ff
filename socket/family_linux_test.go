package socket_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// needFamily makes a socket of a family that this package has no constructor
// for, or skips t where the kernel lacks it.
func needFamily(t *testing.T, name string, family, typ, proto int) *socket.Socket {
	t.Helper()
	s, err := socket.New(family, typ, proto)
	if errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPROTONOSUPPORT) || errors.Is(err, syscall.ESOCKTNOSUPPORT) {
		t.Skipf("needs %s: %v", name, err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// An address of AF_INET that Raw makes is the one that Inet makes, and leads to
// the same socket: what a family's bytes are is between the caller and the
// kernel.
func TestRawAddressReachesItsSocket(t *testing.T) {
	in, out := newSocket(t, socket.AFInet, socket.SockDgram, 0), newSocket(t, socket.AFInet, socket.SockDgram, 0)
	want := bind(t, in)
	sa := address(t)(socket.Raw(socket.AFInet, want.Data()))
	if sa != want {
		t.Errorf("got %v, want %v", sa, want)
	}
	if _, err := out.SendTo([]byte("x"), 0, sa); err != nil {
		t.Fatal(err)
	}
	if n, err := in.Recv(make([]byte, 2), 0); n != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// A hash of the kernel: Documentation/crypto/userspace-if.rst. A bound socket is
// the algorithm; what it accepts takes the data and gives the digest.
func TestAlgorithmSocketHashes(t *testing.T) {
	alg := needFamily(t, "AF_ALG", unix.AF_ALG, socket.SockSeqpacket, 0)
	// struct sockaddr_alg: type, feature, mask, name.
	b := make([]byte, 86)
	copy(b, "hash")
	copy(b[22:], "sha256")
	if err := alg.Bind(address(t)(socket.Raw(unix.AF_ALG, b))); errors.Is(err, syscall.ENOENT) {
		t.Skipf("needs the kernel's hashes: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	op, _, err := alg.Accept(background)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	digest := make([]byte, 64)
	for _, text := range []string{"", "abc", "a longer text"} {
		if _, err := op.Send([]byte(text), 0); err != nil {
			t.Fatal(err)
		}
		want := sha256.Sum256([]byte(text))
		if n, err := op.Recv(digest, 0); err != nil || string(digest[:n]) != string(want[:]) {
			t.Errorf("%q: got % x, %v, want % x", text, digest[:n], err, want)
		}
	}
}

// vsockAddr is struct sockaddr_vm: 2 bytes reserved, port, cid, flags and zero.
func vsockAddr(t *testing.T, cid, port uint32) socket.Sockaddr {
	var b [14]byte
	binary.NativeEndian.PutUint32(b[2:], port)
	binary.NativeEndian.PutUint32(b[6:], cid)
	return address(t)(socket.Raw(unix.AF_VSOCK, b[:]))
}

// A family that this package has no constructor for: names, and what connects
// where the kernel has the loopback of vsock(7).
func TestVsockPassesThrough(t *testing.T) {
	l := needFamily(t, "AF_VSOCK", unix.AF_VSOCK, socket.SockStream, 0)
	const anyone = 1<<32 - 1 // VMADDR_CID_ANY, VMADDR_PORT_ANY
	if err := l.Bind(vsockAddr(t, anyone, anyone)); err != nil {
		t.Fatal(err)
	}
	sa, err := l.Sockname()
	if err != nil || sa.Family() != unix.AF_VSOCK || len(sa.Data()) != 14 {
		t.Fatalf("got %v, %v, want an address of AF_VSOCK", sa, err)
	}
	if err := l.Listen(1); err != nil {
		t.Fatal(err)
	}
	ln := l.Listener()
	if got, want := ln.Addr().Network(), "family 40 type 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := ln.Addr().String(), fmt.Sprintf("family 40: %x", sa.Data()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const local = 1 // VMADDR_CID_LOCAL
	to := vsockAddr(t, local, binary.NativeEndian.Uint32(sa.Data()[2:]))
	c := newSocket(t, unix.AF_VSOCK, socket.SockStream, 0)
	if _, err := os.Stat("/sys/module/vsock_loopback"); err != nil {
		t.Skipf("the names are right; a connection needs vsock_loopback: %v", err)
	}
	if err := c.Connect(background, to); err != nil {
		t.Fatal(err)
	}
	peer, err := c.Peername()
	if err != nil || peer != to {
		t.Errorf("got the peer %v, %v, want %v", peer, err, to)
	}
	s, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := bytes.Repeat([]byte("vsock"), 50_000)
	go func() {
		s.Write(want)
		s.Close()
	}()
	if got, err := io.ReadAll(c.StreamConn()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want the %d that were written", len(got), err, len(want))
	}
}

// A frame of a virtual CAN bus goes from one socket to another.
func TestCANFramePassesThrough(t *testing.T) {
	runInNamespace(t, "can")
}

func init() {
	registerInNamespace("can", canFrame)
}

func canFrame(r *rtnl) error {
	err := r.do(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, ifinfo(0, 0, 0),
		attr(unix.IFLA_IFNAME, text("can0")), attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, text("vcan"))))
	if err != nil {
		return fmt.Errorf("needs vcan: %w", err)
	}
	if err := r.up("can0"); err != nil {
		return err
	}
	in, out := new(socket.Socket), new(socket.Socket)
	for _, s := range []**socket.Socket{&in, &out} {
		if *s, err = canSocket("can0"); err != nil {
			return err
		}
		defer (*s).Close()
	}
	// struct can_frame: id, length, padding, 8 bytes of data.
	frame := append(binary.NativeEndian.AppendUint32(nil, 0x123), 5, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0)
	if _, err := out.Send(frame, 0); err != nil {
		return err
	}
	in.SetReadTimeout(safetyNet)
	buf := make([]byte, 64)
	n, from, err := in.RecvFrom(buf, 0)
	if err != nil || !bytes.Equal(buf[:n], frame) || from.Family() != unix.AF_CAN {
		return fmt.Errorf("got % x from %v, %w, want % x", buf[:n], from, err, frame)
	}
	return nil
}

// canSocket is bound to an interface: struct sockaddr_can is 2 bytes of padding,
// its index, and the address of a transport protocol.
func canSocket(name string) (*socket.Socket, error) {
	index, err := indexOf(name)
	if err != nil {
		return nil, err
	}
	s, err := socket.New(unix.AF_CAN, socket.SockRaw, unix.CAN_RAW)
	if errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPROTONOSUPPORT) {
		return nil, fmt.Errorf("needs AF_CAN: %w, %w", err, errors.ErrUnsupported)
	} else if err != nil {
		return nil, err
	}
	b := make([]byte, 22)
	binary.NativeEndian.PutUint32(b[2:], uint32(index))
	sa, err := socket.Raw(unix.AF_CAN, b)
	if err != nil {
		return nil, err
	}
	return s, s.Bind(sa)
}
