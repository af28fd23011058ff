//go:build unix

package socket_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"example.com/uds/socket"
)

// The core knows no family: what holds for one holds for all.
func TestStreamConnIsANetConn(t *testing.T) {
	for _, c := range []struct {
		name        string
		family, typ int
	}{
		{"TCP over IPv4", socket.AFInet, socket.SockStream},
		{"TCP over IPv6", socket.AFInet6, socket.SockStream},
		{"AF_UNIX stream", socket.AFUnix, socket.SockStream},
		// nettest's messages and buffers are of one size: SOCK_SEQPACKET passes
		// too, which does not make its adapter a stream.
		{"AF_UNIX seqpacket", socket.AFUnix, socket.SockSeqpacket},
	} {
		t.Run(c.name, func(t *testing.T) {
			connected(t, c.family, c.typ) // where there is no IPv6, this skips t
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				a, b := connected(t, c.family, c.typ)
				c1, c2 = a.StreamConn(), b.StreamConn()
				return c1, c2, func() { c1.Close(); c2.Close() }, nil
			})
		})
	}
}
