package uds

import (
	"context"
	"fmt"
	"net"

	"example.com/uds/internal/sys"
)

// ListenPacket binds a socket of the network "unixgram", which is a *DgramConn.
func ListenPacket(network, address string) (net.PacketConn, error) {
	return new(ListenConfig).ListenPacket(context.Background(), network, address)
}

// ListenDgram binds a SOCK_DGRAM socket and leaves it unconnected. The empty
// address asks for an abstract name of the kernel's choice (Linux). Close
// removes the socket file. A path that exists is EADDRINUSE;
// ListenConfig.Existing can ask for something else.
func ListenDgram(address string) (*DgramConn, error) {
	return new(ListenConfig).ListenDgram(context.Background(), address)
}

// ListenPacket is ListenDgram for the network "unixgram"; the connection is a
// *DgramConn.
func (lc *ListenConfig) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	if network != networkDgram {
		return nil, opError("listen", network, nil, nil, unknownNetwork(network, networkDgram))
	}
	c, err := lc.ListenDgram(ctx, address)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ListenDgram binds a SOCK_DGRAM socket and leaves it unconnected. The empty
// address asks for an abstract name of the kernel's choice (Linux). Backlog has
// no meaning here, and Authorize is EINVAL: Options.PassCredentials tells who
// sent a datagram.
func (lc *ListenConfig) ListenDgram(ctx context.Context, address string) (*DgramConn, error) {
	c, err := lc.listenDgram(ctx, address)
	if err != nil {
		return nil, opError("listen", networkDgram, nil, errorAddr(address, networkDgram), err)
	}
	return c, nil
}

func (lc *ListenConfig) listenDgram(ctx context.Context, address string) (*DgramConn, error) {
	a, s, err := lc.prepare(ctx, networkDgram, sys.SockDgram, address)
	if err != nil {
		return nil, err
	}
	c := newDgramConn(s, nil)
	c.given(&lc.Options)
	if err := c.bind(ctx, lc, a); err != nil {
		s.Close()
		return nil, err
	}
	return c, nil
}

// checkDgram returns an error if lc asks for what a datagram socket cannot do.
func (lc *ListenConfig) checkDgram() error {
	if lc.Authorize != nil {
		return sysError(fmt.Sprintf("network %q with Authorize, which takes a SeqConn", networkDgram), sys.EINVAL)
	}
	return nil
}
