//go:build linux

package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// blockingCall is a call of a SeqConn that waits.
type blockingCall struct {
	name  string
	sends bool // waits for room
	call  func(c *uds.SeqConn) error
}

// blocking are all of them.
var blocking = []blockingCall{
	{"Read", false, func(c *uds.SeqConn) error { _, err := c.Read(make([]byte, 8)); return err }},
	{"Recv", false, func(c *uds.SeqConn) error { _, err := c.Recv(make([]byte, 8)); return err }},
	{"Peek", false, func(c *uds.SeqConn) error { _, err := c.Peek(make([]byte, 8)); return err }},
	{"NextSize", false, func(c *uds.SeqConn) error { _, err := c.NextSize(); return err }},
	{"WriteTo", false, func(c *uds.SeqConn) error { _, err := c.WriteTo(io.Discard); return err }},
	{"RecvMsg", false, func(c *uds.SeqConn) error { return c.RecvMsg(&uds.Message{}, 0) }},
	{"RecvBatch", false, func(c *uds.SeqConn) error { _, err := c.RecvBatch(make([]uds.Message, 2)); return err }},
	{"RecvFiles", false, func(c *uds.SeqConn) error { _, _, err := c.RecvFiles(make([]byte, 8), 1); return err }},
	{"ReadMsgUnix", false, func(c *uds.SeqConn) error { _, _, _, _, err := c.ReadMsgUnix(make([]byte, 8), nil); return err }},
	{"RawConn.Read", false, seqRawRead},
	{"Write", true, func(c *uds.SeqConn) error { _, err := c.Write([]byte("x")); return err }},
	{"large Write", true, func(c *uds.SeqConn) error { _, err := c.Write(make([]byte, 1<<20)); return err }},
	{"Send", true, func(c *uds.SeqConn) error { return c.Send([]byte("x")) }},
	{"ReadFrom", true, func(c *uds.SeqConn) error { _, err := c.ReadFrom(strings.NewReader("x")); return err }},
	{"SendMsg", true, func(c *uds.SeqConn) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("x")}}, 0)
	}},
	{"SendBatch", true, func(c *uds.SeqConn) error { _, err := c.SendBatch(make([]uds.Message, 2)); return err }},
	{"SendFiles", true, func(c *uds.SeqConn) error { return c.SendFiles([]byte("x"), os.Stdin) }},
	{"WriteMsgUnix", true, func(c *uds.SeqConn) error { _, _, err := c.WriteMsgUnix([]byte("x"), nil, nil); return err }},
	{"RawConn.Write", true, seqRawWrite},
}

// seqRawRead receives by way of the descriptor.
func seqRawRead(c *uds.SeqConn) error {
	rc, err := c.SyscallConn()
	if err != nil {
		return err
	}
	n, rerr := 0, error(nil)
	err = rc.Read(func(fd uintptr) bool {
		n, _, rerr = syscall.Recvfrom(int(fd), make([]byte, 8), syscall.MSG_DONTWAIT)
		return rerr != syscall.EAGAIN
	})
	switch {
	case err != nil:
		return err
	case rerr != nil:
		return &net.OpError{Op: "read", Net: "unixpacket", Err: os.NewSyscallError("recvfrom", rerr)}
	case n == 0:
		return io.EOF
	}
	return nil
}

// seqRawWrite sends by way of the descriptor.
func seqRawWrite(c *uds.SeqConn) error {
	rc, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var serr error
	err = rc.Write(func(fd uintptr) bool {
		serr = syscall.Sendto(int(fd), []byte("x"), syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, nil)
		return serr != syscall.EAGAIN
	})
	if err == nil && serr != nil {
		return &net.OpError{Op: "write", Net: "unixpacket", Err: os.NewSyscallError("sendto", serr)}
	}
	return err
}

// ender is what ends a blocked call.
type ender struct {
	name  string
	end   func(c, peer *uds.SeqConn)
	read  error // of a receive,
	write error // and of a send; nil: it goes on
	after func(c *uds.SeqConn) error
}

var enders = []ender{
	{
		"Close", func(c, _ *uds.SeqConn) { c.Close() }, net.ErrClosed, net.ErrClosed, nil,
	},
	{
		"Cancel", func(c, _ *uds.SeqConn) { c.Cancel() }, context.Canceled, context.Canceled,
		func(*uds.SeqConn) error { return nil },
	},
	{
		"deadline in the past", func(c, _ *uds.SeqConn) { c.SetDeadline(past) }, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded,
		func(c *uds.SeqConn) error { return c.SetDeadline(time.Time{}) },
	},
	{
		"deadline ahead", func(c, _ *uds.SeqConn) { c.SetDeadline(time.Now().Add(time.Millisecond)) }, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded,
		func(c *uds.SeqConn) error { return c.SetDeadline(time.Time{}) },
	},
	{
		"CloseRead", func(c, _ *uds.SeqConn) { c.CloseRead() }, io.EOF, nil, nil,
	},
	{
		"CloseWrite", func(c, _ *uds.SeqConn) { c.CloseWrite() }, nil, syscall.EPIPE, nil,
	},
	{
		"the peer's Close", func(_, peer *uds.SeqConn) { peer.Close() }, io.EOF, syscall.EPIPE, nil,
	},
}

// endOf is the error that ends the receives or the sends.
func endOf(read, write error, sends bool) error {
	if sends {
		return write
	}
	return read
}

// Every call that waits ends when something ends it, and where the connection
// lives on the next call is unharmed.
func TestBlockedCallsEnd(t *testing.T) {
	for _, b := range blocking {
		for _, e := range enders {
			want := endOf(e.read, e.write, b.sends)
			if want == nil {
				continue
			}
			t.Run(b.name+"/"+e.name, func(t *testing.T) {
				c, peer := seqPair(t)
				if b.sends {
					fillQueue(t, c)
				}
				done := make(chan error, 1)
				go func() { done <- b.call(c) }()
				parked(t, 1, "TestBlockedCallsEnd")
				e.end(c, peer)
				err := <-done
				if want == io.EOF && b.name == "WriteTo" {
					want = nil
				}
				if want == syscall.EPIPE && errors.Is(err, syscall.ECONNRESET) {
					err = syscall.EPIPE // The peer closed with unread input.
				}
				isErr(t, b.name, err, want)
				if e.after == nil {
					return
				}
				must(t, e.after(c))
				drain(t, peer)
				unharmed(t, c, peer)
			})
		}
	}
}

// drain takes what is queued at c.
func drain(t testing.TB, c *uds.SeqConn) {
	t.Helper()
	p := make([]byte, 1)
	for {
		must(t, c.SetReadDeadline(past))
		n, err := c.Readable()
		must(t, err)
		if n == 0 {
			must(t, c.SetReadDeadline(time.Time{}))
			return
		}
		must(t, c.SetReadDeadline(time.Time{}))
		if _, err := c.Recv(p); !errors.Is(err, uds.ErrTruncated) {
			must(t, err)
		}
	}
}

// unharmed fails t unless messages pass both ways.
func unharmed(t testing.TB, c, peer *uds.SeqConn) {
	t.Helper()
	for _, dir := range [][2]*uds.SeqConn{{c, peer}, {peer, c}} {
		sendAll(t, dir[0], "hello")
		if got := recvEnd(dir[1]); got != `"hello"` {
			t.Errorf("next call: got %s, want \"hello\"", got)
		}
	}
}

// Several callers that wait for each other's turns end together.
func TestQueuedCallsEnd(t *testing.T) {
	for _, e := range enders[:3] {
		t.Run(e.name, func(t *testing.T) {
			c, peer := seqPair(t)
			fillQueue(t, c)
			const each = 4
			reads, writes := make(chan error, each), make(chan error, each)
			for range each {
				go func() { reads <- blockedRecv(c) }()
				go func() { writes <- seqBlockedSend(c) }()
			}
			parked(t, 1, ".blockedRecv(")
			parked(t, 1, ".seqBlockedSend(")
			testutil.Eventually(t, safety, func() bool {
				return locked(".blockedRecv(") == each-1 && locked(".seqBlockedSend(") == each-1
			}, "the other callers to wait for their turns")
			e.end(c, peer)
			for range each {
				isErr(t, "Recv", <-reads, e.read)
				isErr(t, "Send", <-writes, e.write)
			}
		})
	}
}
