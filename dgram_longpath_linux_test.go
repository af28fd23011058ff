package uds_test

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
)

// Every call that takes an address takes one that no sockaddr_un holds.
func TestDgramSendsToALongPath(t *testing.T) {
	path := pathOfLength(t, 300, 100)
	to := uds.MustParseAddr(path)
	receiver, err := uds.ListenDgram(path)
	receiver = ownDgram(t, receiver, err)
	c := newDgram(t)
	sends := map[string]func(p []byte) error{
		"WriteTo":      func(p []byte) error { _, err := c.WriteTo(p, to.UnixAddr("unixgram")); return err },
		"WriteToUnix":  func(p []byte) error { _, err := c.WriteToUnix(p, to.UnixAddr("unixgram")); return err },
		"WriteToAddr":  func(p []byte) error { _, err := c.WriteToAddr(p, to); return err },
		"WriteMsgUnix": func(p []byte) error { _, _, err := c.WriteMsgUnix(p, nil, to.UnixAddr("unixgram")); return err },
		"SendMsg":      func(p []byte) error { return c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, 0) },
		"SendMsg with FlagNoWait": func(p []byte) error {
			return c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, uds.FlagNoWait)
		},
		"SendBatch": func(p []byte) error {
			_, err := c.SendBatch([]uds.Message{{Buffers: [][]byte{p}, Addr: to}})
			return err
		},
	}
	for name, send := range sends {
		if err := send([]byte(name)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := recvString(t, receiver); got != name {
			t.Errorf("%s: got %q", name, got)
		}
	}
	must(t, os.Remove(path))
	for name, send := range sends {
		err := send([]byte(name))
		wantDgramError(t, name, err, syscall.ENOENT)
		var op *net.OpError
		if errors.As(err, &op) && (op.Addr == nil || op.Addr.String() != path) {
			t.Errorf("%s: got %v, want an error that names %s", name, err, path)
		}
	}
}
