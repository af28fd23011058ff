package socket_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// etherType is one that nothing else speaks: IEEE Std 802, local experimental.
const etherType = 0x88b5

// A frame that goes into one end of a cable comes out of the other, with its
// header (SOCK_RAW) and without (SOCK_DGRAM).
func TestPacketFrameCrossesACable(t *testing.T) {
	runInNamespace(t, "packet cable")
}

func init() {
	registerInNamespace("packet cable", packetCable)
}

func packetCable(r *rtnl) error {
	if err := r.addVeth("v0", "v1"); err != nil {
		return err
	}
	v0, err := net.InterfaceByName("v0")
	if err != nil {
		return err
	}
	v1, err := net.InterfaceByName("v1")
	if err != nil {
		return err
	}
	if err := probe(v0, v1); err != nil {
		return err
	}
	for _, c := range []struct{ in, out int }{
		{socket.SockRaw, socket.SockRaw}, {socket.SockRaw, socket.SockDgram},
		{socket.SockDgram, socket.SockRaw}, {socket.SockDgram, socket.SockDgram},
	} {
		if err := cross(v0, v1, c.in, c.out); err != nil {
			return fmt.Errorf("type %d to type %d: %w", c.in, c.out, err)
		}
	}
	return filtered(v0, v1)
}

// probe sends frames until one arrives. What an interface is given before the
// kernel's watch over the links has seen its carrier is dropped without a word
// (noop_qdisc of net/sched/sch_generic.c), and nothing tells when that is over.
func probe(from, to *net.Interface) error {
	a, err := packetSocket(from, socket.SockRaw)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := packetSocket(to, socket.SockRaw)
	if err != nil {
		return err
	}
	defer b.Close()
	b.SetReadTimeout(10 * time.Millisecond)
	for end := time.Now().Add(safetyNet); ; {
		if _, err := a.Send(header(to, from), 0); err != nil {
			return err
		}
		_, err := b.Recv(make([]byte, 64), 0)
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || time.Now().After(end) {
			return err
		}
	}
}

// packetSocket is bound to an interface and our protocol.
func packetSocket(ifi *net.Interface, typ int) (*socket.Socket, error) {
	s, err := socket.New(socket.AFPacket, typ, 0)
	if err != nil {
		return nil, err
	}
	sa, err := socket.Packet(socket.PacketAddr{Protocol: etherType, Interface: ifi.Index})
	if err != nil {
		return nil, err
	}
	s.SetReadTimeout(safetyNet)
	return s, s.Bind(sa)
}

func header(to, from *net.Interface) []byte {
	return append(append(append([]byte{}, to.HardwareAddr...), from.HardwareAddr...), etherType>>8, etherType&0xff)
}

func cross(from, to *net.Interface, in, out int) error {
	a, err := packetSocket(from, in)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := packetSocket(to, out)
	if err != nil {
		return err
	}
	defer b.Close()
	payload := bytes.Repeat([]byte("frame"), 20)
	dst, err := socket.Packet(socket.PacketAddr{Protocol: etherType, Interface: from.Index, Hardware: to.HardwareAddr})
	if err != nil {
		return err
	}
	frame := payload
	if in == socket.SockRaw {
		frame = append(header(to, from), payload...)
	}
	if _, err := a.SendTo(frame, 0, dst); err != nil {
		return err
	}
	want := payload
	if out == socket.SockRaw {
		want = append(header(to, from), payload...)
	}
	buf := make([]byte, 2048)
	n, src, err := b.RecvFrom(buf, 0)
	if err != nil || !bytes.Equal(buf[:n], want) {
		return fmt.Errorf("got % x, %w, want % x", buf[:n], err, want)
	}
	if err := again(a, b, frame, dst, want); err != nil {
		return err
	}
	p, ok := src.Packet()
	if !ok || p.Protocol != etherType || p.Interface != to.Index || p.PacketType != socket.PacketHost || p.HardwareType != unix.ARPHRD_ETHER || !bytes.Equal(p.Hardware, from.HardwareAddr) {
		return fmt.Errorf("got a frame from %+v, want one from %v on %s", p, from.HardwareAddr, to.Name)
	}
	if got, want := src.String(), fmt.Sprintf("%s/0x88b5/%s", to.Name, from.HardwareAddr); got != want {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}

// again moves the frame by every other call.
func again(a, b *socket.Socket, frame []byte, dst socket.Sockaddr, want []byte) error {
	buf := make([]byte, 2048)
	out := []socket.Msg{{Buffer: frame, Addr: dst}}
	for name, f := range map[string]func() (int, error){
		"Recv": func() (int, error) { return b.Recv(buf, 0) },
		"RecvMsg": func() (int, error) {
			m := socket.Msg{Buffer: buf, Control: make([]byte, 64), NeedAddr: true}
			err := b.RecvMsg(&m, 0)
			return m.N, err
		},
		"RecvBatch": func() (int, error) {
			ms := []socket.Msg{{Buffer: buf, NeedAddr: true}}
			_, err := b.RecvBatch(ms, 0)
			return ms[0].N, err
		},
	} {
		if _, err := a.SendBatch(out, 0); err != nil {
			return err
		}
		if n, err := f(); err != nil || !bytes.Equal(buf[:n], want) {
			return fmt.Errorf("%s: got % x, %w, want % x", name, buf[:n], err, want)
		}
	}
	return nil
}

// filtered has the kernel drop what does not begin with a 1.
func filtered(from, to *net.Interface) error {
	a, err := packetSocket(from, socket.SockRaw)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := packetSocket(to, socket.SockDgram)
	if err != nil {
		return err
	}
	defer b.Close()
	prog := []socket.BPFInstruction{
		{Op: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 0},
		{Op: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 1, Jf: 1},
		{Op: unix.BPF_RET | unix.BPF_K, K: 1 << 16},
		{Op: unix.BPF_RET | unix.BPF_K, K: 0},
	}
	if err := b.AttachFilter(prog); err != nil {
		return err
	}
	for _, first := range []byte{2, 1, 3} {
		if _, err := a.Send(append(header(to, from), first), 0); err != nil {
			return err
		}
	}
	buf := make([]byte, 64)
	if n, err := b.Recv(buf, 0); err != nil || n < 1 || buf[0] != 1 {
		return fmt.Errorf("got % x, %w, want the frame that begins with 1", buf[:n], err)
	}
	if _, err := b.Recv(buf, socket.MsgDontwait); err != socket.ErrWouldBlock {
		return fmt.Errorf("got %w, want no other frame", err)
	}
	if err := b.DetachFilter(); err != nil {
		return err
	}
	if _, err := a.Send(append(header(to, from), 3), 0); err != nil {
		return err
	}
	if n, err := b.Recv(buf, 0); err != nil || n < 1 || buf[0] != 3 {
		return fmt.Errorf("got % x, %w, want every frame without the filter", buf[:n], err)
	}
	return nil
}

func TestAttachFilterRefusesWhatIsNoProgram(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockDgram)
	for _, prog := range [][]socket.BPFInstruction{nil, make([]socket.BPFInstruction, 4097), {{Op: unix.BPF_LD | unix.BPF_IMM}}} {
		if err := a.AttachFilter(prog); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%d instructions: got %v, want EINVAL", len(prog), err)
		}
	}
	if err := a.DetachFilter(); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want ENOENT", err)
	}
	// The longest program; older kernels have no room for it (net.core.optmem_max).
	longest := make([]socket.BPFInstruction, 4096)
	longest[4095] = socket.BPFInstruction{Op: unix.BPF_RET | unix.BPF_K, K: 2}
	if err := a.AttachFilter(longest); err != nil && !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("%d instructions: got %v, want nil", len(longest), err)
	}
	// A filter that keeps 2 bytes cuts any message, on AF_UNIX too.
	if err := a.AttachFilter([]socket.BPFInstruction{{Op: unix.BPF_RET | unix.BPF_K, K: 2}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Send([]byte("four"), 0); err != nil {
		t.Fatal(err)
	}
	a.SetReadDeadline(time.Now().Add(safetyNet))
	if n, err := a.Recv(make([]byte, 8), 0); n != 2 || err != nil {
		t.Errorf("got %d, %v, want 2", n, err)
	}
}
