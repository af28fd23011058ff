package uds_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// longpathSends are the calls that send a datagram to an address.
var longpathSends = map[string]func(c *uds.DgramConn, p []byte, to uds.Addr) error{
	"WriteTo": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		_, err := c.WriteTo(p, to.UnixAddr("unixgram"))
		return err
	},
	"WriteToAddr": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		_, err := c.WriteToAddr(p, to)
		return err
	},
	"WriteMsgUnix": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		_, _, err := c.WriteMsgUnix(p, nil, to.UnixAddr("unixgram"))
		return err
	},
	"SendMsg": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, 0)
	},
	"SendMsg with OOB": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to, OOB: new(uds.OOB)}, 0)
	},
	"SendMsg with FlagNoWait": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, uds.FlagNoWait)
	},
	"WriteToUnix": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		_, err := c.WriteToUnix(p, to.UnixAddr("unixgram"))
		return err
	},
	"SendBatch": func(c *uds.DgramConn, p []byte, to uds.Addr) error {
		_, err := c.SendBatch([]uds.Message{{Buffers: [][]byte{p}, Addr: to}})
		return err
	},
}

// A closed connection is closed whatever the path.
func TestDgramClosedWhateverThePath(t *testing.T) {
	c := newDgram(t)
	must(t, c.Close())
	long := testutil.SocketPath(t) + strings.Repeat("/none", 30)
	for _, path := range []string{testutil.SocketPath(t), testutil.SocketPath(t) + "/none", long} {
		a := uds.MustParseAddr(path)
		wantError(t, "Bind", c.Bind(a), net.ErrClosed)
		wantError(t, "Connect", c.Connect(a), net.ErrClosed)
		for name, send := range longpathSends {
			wantError(t, name, send(c, nil, a), net.ErrClosed)
		}
		m := uds.Message{Addr: a, OOB: &uds.OOB{Files: make([]*os.File, 1)}}
		wantError(t, "SendMsg of a nil file", c.SendMsg(&m, 0), net.ErrClosed)
	}
}

// A name that is no address is EINVAL in every call that takes one.
func TestDgramBadNamesAreEINVAL(t *testing.T) {
	c := newDgram(t)
	for _, name := range []string{"\x00" + strings.Repeat("a", 108), "@" + strings.Repeat("a", 108), "a\x00b"} {
		to := &net.UnixAddr{Name: name, Net: "unixgram"}
		_, err := c.WriteTo([]byte("x"), to)
		wantError(t, "WriteTo", err, syscall.EINVAL)
		_, _, err = c.WriteMsgUnix([]byte("x"), nil, to)
		wantError(t, "WriteMsgUnix", err, syscall.EINVAL)
	}
}

// Every call reaches a path of any length, and says it in an error.
func TestDgramLongPathIsReachedByEverySend(t *testing.T) {
	for name, send := range longpathSends {
		t.Run(name, func(t *testing.T) {
			testutil.CheckLeaks(t)
			for _, n := range []int{uds.MaxPathLen, uds.MaxPathLen + 1, uds.MaxPathLen + 2, 300} {
				to := uds.MustParseAddr(pathOfLength(t, n, 100))
				server, err := uds.ListenDgram(to.String())
				server = ownDgram(t, server, err)
				c := newDgram(t)
				must(t, send(c, []byte("abc"), to))
				if got := recvString(t, server); got != "abc" {
					t.Errorf("%d bytes: got %q, want abc", n, got)
				}
				must(t, server.Close())
				err = send(c, []byte("abc"), to)
				wantError(t, name, err, syscall.ENOENT)
				var op *net.OpError
				if !errors.As(err, &op) || op.Addr.String() != to.String() {
					t.Errorf("%d bytes: got %v, want the address in it", n, err)
				}
			}
		})
	}
}
