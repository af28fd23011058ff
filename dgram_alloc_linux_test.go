package uds_test

import (
	"net"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The exact number of allocations a datagram, sent and received.
func TestDgramAllocations(t *testing.T) {
	testutil.RequireOptimised(t)
	for kind, address := range map[string]string{"path": testutil.SocketPath(t), "abstract": abstractName()} {
		receiver, err := uds.ListenDgram(address)
		receiver = ownDgram(t, receiver, err)
		senders := []*uds.DgramConn{listenDgram(t), ownDgramAt(t, abstractName()), newDgram(t)}
		conn := dialDgram(t, receiver)
		to := addrOf(t, receiver)
		unixTo := to.UnixAddr("unixgram")
		var netTo net.Addr = unixTo
		p := make([]byte, 64)
		for _, c := range []struct {
			name string
			send func(c *uds.DgramConn) error
			recv func() error
			want float64
		}{
			{"WriteToAddr and ReadFromAddr",
				func(c *uds.DgramConn) error { _, err := c.WriteToAddr(p, to); return err },
				func() error { _, _, err := receiver.ReadFromAddr(p); return err }, 0},
			{"WriteToUnix and ReadFromUnix",
				func(c *uds.DgramConn) error { _, err := c.WriteToUnix(p, unixTo); return err },
				func() error { _, _, err := receiver.ReadFromUnix(p); return err }, 0},
			{"WriteTo and ReadFrom",
				func(c *uds.DgramConn) error { _, err := c.WriteTo(p, netTo); return err },
				func() error { _, _, err := receiver.ReadFrom(p); return err }, 0},
			{"Write and Read",
				func(*uds.DgramConn) error { _, err := conn.Write(p); return err },
				func() error { _, err := receiver.Read(p); return err }, 0},
			{"Send and Recv",
				func(*uds.DgramConn) error { return conn.Send(p) },
				func() error { _, err := receiver.Recv(p); return err }, 0},
		} {
			i := 0
			got := testing.AllocsPerRun(200, func() {
				i++
				must(t, c.send(senders[i%len(senders)]))
				must(t, c.recv())
			})
			if got != c.want {
				t.Errorf("%s, %s: got %v allocations, want %v", kind, c.name, got, c.want)
			}
		}
	}
}

// ownDgramAt returns a socket bound to an address.
func ownDgramAt(t testing.TB, address string) *uds.DgramConn {
	t.Helper()
	c, err := uds.ListenDgram(address)
	return ownDgram(t, c, err)
}
