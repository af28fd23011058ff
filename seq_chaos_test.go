//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Every method at once on both ends of a connection, until one of several
// Closes and Detaches at a random moment: nothing panics, hangs or leaks, and
// every error has its shape.
func TestEveryMethodAtOnce(t *testing.T) {
	testutil.CheckLeaks(t)
	for round := range 20 {
		a, b, err := uds.SeqPair()
		must(t, err)
		var wg sync.WaitGroup
		for i, c := range []*uds.SeqConn{a, b} {
			r := rand.New(rand.NewPCG(uint64(round), uint64(i)))
			for _, call := range stormCalls {
				wg.Go(func() { repeat(t, call, c) })
			}
			for _, end := range stormEnds {
				moment := time.After(time.Duration(r.IntN(4000)) * time.Microsecond)
				wg.Go(func() { <-moment; wantNesting(t, end(c)) })
			}
		}
		wg.Wait()
		a.Close()
		b.Close()
	}
}

// repeat makes a call until c is closed.
func repeat(t *testing.T, call func(*uds.SeqConn) error, c *uds.SeqConn) {
	for {
		wantNesting(t, call(c))
		if errors.Is(c.SetDeadline(time.Time{}), net.ErrClosed) {
			return
		}
	}
}

func wantNesting(t *testing.T, err error) {
	t.Helper()
	if bad := checkNesting(err); bad != nil {
		t.Error(bad)
	}
}

// stormEnds close a connection. A Detach may be refused.
var stormEnds = []func(c *uds.SeqConn) error{
	func(c *uds.SeqConn) error { return c.Close() },
	func(c *uds.SeqConn) error { return c.Close() },
	func(c *uds.SeqConn) error {
		f, err := c.Detach()
		if err == nil {
			f.Close()
		}
		return err
	},
}

// stormCalls are the calls of a storm. Cancel, timeouts and the
// end of the connection end what waits.
var stormCalls = []func(c *uds.SeqConn) error{
	func(c *uds.SeqConn) error { _, err := c.Read(make([]byte, 3)); return err },
	func(c *uds.SeqConn) error { _, err := c.Read(nil); return err },
	func(c *uds.SeqConn) error { _, err := c.Recv(make([]byte, 3)); return err },
	func(c *uds.SeqConn) error { _, err := c.Recv(nil); return err },
	func(c *uds.SeqConn) error { _, err := c.Peek(make([]byte, 3)); return err },
	func(c *uds.SeqConn) error { _, err := c.NextSize(); return err },
	func(c *uds.SeqConn) error { _, err := c.Readable(); return err },
	func(c *uds.SeqConn) error { c.Buffered(); return nil },
	func(c *uds.SeqConn) error { _, err := c.Write([]byte("some bytes")); return err },
	func(c *uds.SeqConn) error { _, err := c.Write(make([]byte, 250_000)); return err },
	func(c *uds.SeqConn) error { return c.Send(nil) },
	func(c *uds.SeqConn) error { return c.Send([]byte("message")) },
	func(c *uds.SeqConn) error { return c.SendFiles([]byte("files"), os.Stdin, os.Stdout) },
	func(c *uds.SeqConn) error {
		_, files, err := c.RecvFiles(make([]byte, 9), 2)
		for _, f := range files {
			f.Close()
		}
		return err
	},
	func(c *uds.SeqConn) error {
		m := uds.Message{Buffers: [][]byte{nil, make([]byte, 2), {}, make([]byte, 2)}, OOB: &uds.OOB{MaxFiles: 2}}
		err := c.RecvMsg(&m, 0)
		m.OOB.Close()
		return err
	},
	func(c *uds.SeqConn) error { return c.RecvMsg(&uds.Message{}, uds.FlagPeek|uds.FlagNoWait) },
	func(c *uds.SeqConn) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{{}, []byte("x"), nil}}, uds.FlagNoWait)
	},
	func(c *uds.SeqConn) error { _, err := c.RecvBatch(make([]uds.Message, 3)); return err },
	func(c *uds.SeqConn) error { _, err := c.SendBatch(make([]uds.Message, 3)); return err },
	func(c *uds.SeqConn) error {
		oob := make([]byte, 64)
		_, n, _, _, err := c.ReadMsgUnix(make([]byte, 4), oob)
		closeAnyRights(oob[:n])
		return err
	},
	func(c *uds.SeqConn) error { _, _, err := c.WriteMsgUnix([]byte("raw"), nil, nil); return err },
	func(c *uds.SeqConn) error { return c.SetDeadline(time.Now().Add(time.Millisecond)) },
	func(c *uds.SeqConn) error { return c.SetReadDeadline(past) },
	func(c *uds.SeqConn) error { return c.SetWriteDeadline(time.Now()) },
	func(c *uds.SeqConn) error { return c.SetReadTimeout(time.Millisecond) },
	func(c *uds.SeqConn) error { return c.SetWriteTimeout(time.Nanosecond) },
	func(c *uds.SeqConn) error { c.Cancel(); return nil },
	func(c *uds.SeqConn) error { c.SetSpin(time.Microsecond); return nil },
	func(c *uds.SeqConn) error {
		return c.SetOptions(uds.Options{Timestamps: true, WriteBuffer: 9000, Spin: -1})
	},
	func(c *uds.SeqConn) error { return c.TakeError() },
	func(c *uds.SeqConn) error { _, err := c.Peer(); return err },
	func(c *uds.SeqConn) error { _ = fmt.Sprint(c.LocalAddr(), c.RemoteAddr()); return nil },
	func(c *uds.SeqConn) error {
		d, err := c.Clone()
		if err != nil {
			return err
		}
		defer d.Close()
		if err := d.SetReadTimeout(time.Microsecond); err != nil {
			return err
		}
		_, err = d.Recv(nil)
		return err
	},
	func(c *uds.SeqConn) error {
		f, err := c.File()
		if err == nil {
			f.Close()
		}
		return err
	},
}

// closeAnyRights closes the descriptors among control messages of any kind.
func closeAnyRights(oob []byte) {
	msgs, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range msgs {
		fds, _ := syscall.ParseUnixRights(&m)
		for _, fd := range fds {
			syscall.Close(fd)
		}
	}
}
