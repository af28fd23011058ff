//go:build linux

// Command packet sends a frame over an interface and captures what comes back,
// with a BPF filter in the kernel that passes nothing else. It needs CAP_NET_RAW.
//
//	go run ./examples/packet -interface lo -message hello
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"example.com/uds/socket"
)

// etherType is for local experiments: IEEE Std 802.
const etherType = 0x88b5

func main() {
	name := flag.String("interface", "lo", "the interface to send and capture on")
	message := flag.String("message", "hello", "what to send")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := run(ctx, os.Stdout, *name, *message); err != nil {
		fmt.Fprintln(os.Stderr, "packet:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, name, message string) error {
	if message == "" {
		return errors.New("the message is empty, want a byte or more")
	}
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	in, err := capture(ifi, message[:1])
	if err != nil {
		return err
	}
	defer in.Close()
	defer context.AfterFunc(ctx, func() { in.SetDeadline(time.Now()) })()
	for _, m := range []string{"?" + message, message} { // the filter drops the first
		if err := inject(ifi, m); err != nil {
			return err
		}
	}
	buf := make([]byte, ifi.MTU)
	n, from, err := in.RecvFrom(buf, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%q from %v\n", buf[:n], from)
	return err
}

// capture opens a socket for the payloads of our frames that begin with the given
// byte. It is bound after the filter is set, so that nothing else is ever queued.
func capture(ifi *net.Interface, first string) (*socket.Socket, error) {
	s, err := socket.New(socket.AFPacket, socket.SockDgram, 0)
	if err != nil {
		return nil, err
	}
	if err := s.AttachFilter(beginsWith(first[0])); err != nil {
		s.Close()
		return nil, err
	}
	sa, err := socket.Packet(socket.PacketAddr{Protocol: etherType, Interface: ifi.Index})
	if err == nil {
		err = s.Bind(sa)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// beginsWith keeps a packet whole if its first byte is c, and drops others.
func beginsWith(c byte) []socket.BPFInstruction {
	const (
		loadByte = 0x30 // BPF_LD | BPF_B | BPF_ABS
		ifEqual  = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
		ret      = 0x06 // BPF_RET | BPF_K
	)
	return []socket.BPFInstruction{
		{Op: loadByte, K: 0},
		{Op: ifEqual, K: uint32(c), Jf: 1},
		{Op: ret, K: 1 << 16},
		{Op: ret, K: 0},
	}
}

// inject sends one frame to the interface's own address; the kernel adds the
// header.
func inject(ifi *net.Interface, message string) error {
	s, err := socket.New(socket.AFPacket, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer s.Close()
	hw := ifi.HardwareAddr
	if len(hw) == 0 {
		hw = make(net.HardwareAddr, 6) // lo's
	}
	to, err := socket.Packet(socket.PacketAddr{Protocol: etherType, Interface: ifi.Index, Hardware: hw})
	if err != nil {
		return err
	}
	_, err = s.SendTo([]byte(message), 0, to)
	return err
}
