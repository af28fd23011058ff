package uds_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// listenDgram returns a socket bound to a path of its own.
func listenDgram(t testing.TB) *uds.DgramConn {
	t.Helper()
	c, err := uds.ListenDgram(testutil.SocketPath(t))
	return ownDgram(t, c, err)
}

// ownDgram closes c when t ends.
func ownDgram(t testing.TB, c *uds.DgramConn, err error) *uds.DgramConn {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() }) // It may be closed already.
	if err := c.SetDeadline(time.Now().Add(safety)); err != nil {
		t.Fatal(err)
	}
	return c
}

// newDgram returns a socket that is neither bound nor connected.
func newDgram(t testing.TB) *uds.DgramConn {
	t.Helper()
	c, err := uds.NewDgram()
	return ownDgram(t, c, err)
}

// dialDgram returns a connection to another.
func dialDgram(t testing.TB, to *uds.DgramConn) *uds.DgramConn {
	t.Helper()
	c, err := uds.DialDgram(addrOf(t, to).String())
	return ownDgram(t, c, err)
}

// dgramPair returns two connections with each other.
func dgramPair(t testing.TB) (a, b *uds.DgramConn) {
	t.Helper()
	a, b, err := uds.DgramPair()
	return ownDgram(t, a, err), ownDgram(t, b, err)
}

// addrOf is the local address.
func addrOf(t testing.TB, c *uds.DgramConn) uds.Addr {
	t.Helper()
	a, err := c.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fill sends to an address until its queue is full, and returns how many
// datagrams that took. One more send waits in vain.
func fill(t testing.TB, c *uds.DgramConn, to uds.Addr, p []byte) (n int) {
	t.Helper()
	for ; ; n++ {
		err := c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, uds.FlagNoWait)
		if errors.Is(err, uds.ErrWouldBlock) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	must(t, c.SetWriteTimeout(10*time.Millisecond))
	if _, err := c.WriteToAddr(p, to); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
	}
	must(t, c.SetWriteTimeout(0))
	return n
}

// recvString receives a datagram.
func recvString(t testing.TB, c *uds.DgramConn) string {
	t.Helper()
	p := make([]byte, 1<<16)
	n, err := c.Recv(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(p[:n])
}

// sendString sends a datagram to an address.
func sendString(t testing.TB, c *uds.DgramConn, s string, to uds.Addr) {
	t.Helper()
	if n, err := c.WriteToAddr([]byte(s), to); err != nil || n != len(s) {
		t.Fatalf("WriteToAddr: got %d, %v, want %d and no error", n, err, len(s))
	}
}
