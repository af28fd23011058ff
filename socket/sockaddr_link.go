package socket

import (
	"encoding/binary"
	"net"

	"example.com/uds/internal/sys"
)

// Netlink returns an AF_NETLINK address: a port, which is usually a process ID and
// is 0 for the kernel, and a mask of multicast groups (Linux).
func Netlink(pid, groups uint32) (Sockaddr, error) {
	if AFNetlink == Missing {
		return Sockaddr{}, sysErr("sockaddr of AF_NETLINK", sys.EAFNOSUPPORT)
	}
	var b [netlinkSize]byte
	binary.NativeEndian.PutUint32(b[2:], pid)
	binary.NativeEndian.PutUint32(b[6:], groups)
	return raw(AFNetlink, string(b[:]))
}

// netlinkSize is the size of struct sockaddr_nl without the family: 2 bytes of
// padding, pid and groups.
const netlinkSize = 10

// Netlink returns the port and the mask of groups.
func (sa *Sockaddr) Netlink() (pid, groups uint32, ok bool) {
	d := sa.Data()
	if sa.IsZero() || sa.Family() != AFNetlink || len(d) < netlinkSize {
		return 0, 0, false
	}
	return binary.NativeEndian.Uint32(d[2:]), binary.NativeEndian.Uint32(d[6:]), true
}

// PacketAddr is an address of AF_PACKET: struct sockaddr_ll, packet(7). Bind
// uses Protocol and Interface, a send Interface and, with SockDgram, Protocol
// and Hardware. Received ones have every field.
type PacketAddr struct {
	Protocol     uint16           // what the frame carries, ETH_P_…, in the machine's byte order
	Interface    int              // its index, as net.InterfaceByName tells it; 0: any
	HardwareType uint16           // of the interface, ARPHRD_…
	PacketType   uint8            // for whom the frame is, PacketHost …
	Hardware     net.HardwareAddr // sender or destination
}

// The packet types of a received frame: PACKET_HOST … of packet(7).
const (
	PacketHost      = 0 // for this machine
	PacketBroadcast = 1 // for all
	PacketMulticast = 2 // for a group
	PacketOtherHost = 3 // for another machine, caught by a promiscuous interface
	PacketOutgoing  = 4 // from this machine
)

// Packet returns an AF_PACKET address (Linux). A hardware address of more than
// 32 bytes is EINVAL.
func Packet(a PacketAddr) (Sockaddr, error) {
	if AFPacket == Missing {
		return Sockaddr{}, sysErr("sockaddr of AF_PACKET", sys.EAFNOSUPPORT)
	}
	if len(a.Hardware) > maxHardware {
		return Sockaddr{}, sockaddrError("hardware address of %d bytes, allowed are 0 to %d", len(a.Hardware), maxHardware)
	}
	if a.Interface != int(int32(a.Interface)) {
		return Sockaddr{}, sockaddrError("interface %d, allowed is an int of 32 bits", a.Interface)
	}
	var b [packetSize + maxHardware]byte
	binary.BigEndian.PutUint16(b[:], a.Protocol)
	binary.NativeEndian.PutUint32(b[2:], uint32(a.Interface))
	binary.NativeEndian.PutUint16(b[6:], a.HardwareType)
	b[8], b[9] = a.PacketType, byte(len(a.Hardware))
	n := max(minHardware, copy(b[packetSize:], a.Hardware))
	return raw(AFPacket, string(b[:packetSize+n]))
}

// packetSize is the size of struct sockaddr_ll without the family and the hardware
// address. The hardware address has room for 8 bytes, or for the 32 of MAX_ADDR_LEN
// (linux/netdevice.h) where an interface has so many.
const (
	packetSize  = 10
	minHardware = 8
	maxHardware = 32
)

// Packet returns the fields of an AF_PACKET address.
func (sa *Sockaddr) Packet() (PacketAddr, bool) {
	d := sa.Data()
	if sa.IsZero() || sa.Family() != AFPacket || len(d) < packetSize {
		return PacketAddr{}, false
	}
	hw := d[packetSize:]
	return PacketAddr{
		Protocol:     binary.BigEndian.Uint16(d),
		Interface:    int(int32(binary.NativeEndian.Uint32(d[2:]))),
		HardwareType: binary.NativeEndian.Uint16(d[6:]),
		PacketType:   d[8],
		Hardware:     net.HardwareAddr(append([]byte(nil), hw[:min(int(d[9]), len(hw))]...)),
	}, true
}
