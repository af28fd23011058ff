//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// dgramComparisons are about datagrams.
var dgramComparisons = []comparison{
	{
		"datagrams: CPU of a sender that is blocked by a full receiver",
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
			must(t, err)
			defer l.Close()
			c, err := net.ListenPacket("unixgram", path+"2")
			must(t, err)
			defer c.Close()
			return blockedSendCPU(t, c, path)
		},
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			l, err := uds.ListenDgram(path)
			must(t, err)
			defer l.Close()
			c, err := uds.ListenDgram(path + "2")
			must(t, err)
			defer c.Close()
			return blockedSendCPU(t, c, path)
		},
	},
	{
		"datagrams: `CloseRead` and a blocked `Read`",
		func(t testing.TB) string {
			c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: abstractName(), Net: "unixgram"})
			must(t, err)
			defer c.Close()
			return closedRead(t, c, 50*time.Millisecond)
		},
		func(t testing.TB) string {
			c, err := uds.ListenDgram(abstractName())
			must(t, err)
			defer c.Close()
			return closedRead(t, c, safety)
		},
	},
	{
		"datagrams: the receiver restarts",
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			return restarted(t, path, func() (net.Conn, error) { return net.Dial("unixgram", path) })
		},
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			d := &uds.Dialer{Redial: true}
			return restarted(t, path, func() (net.Conn, error) { return d.Dial("unixgram", path) }) + ", with `Dialer.Redial`"
		},
	},
	{
		"datagrams: the sender's address for one that is not bound",
		func(t testing.TB) string {
			c, err := net.ListenPacket("unixgram", abstractName())
			must(t, err)
			defer c.Close()
			return strangersAddr(t, c)
		},
		func(t testing.TB) string {
			c, err := uds.ListenPacket("unixgram", abstractName())
			must(t, err)
			defer c.Close()
			return strangersAddr(t, c)
		},
	},
	{
		"datagrams: answering one that dialled",
		func(t testing.TB) string {
			return answered(t, func(a string) (net.PacketConn, error) { return net.ListenPacket("unixgram", a) },
				func(a string) (net.Conn, error) { return net.Dial("unixgram", a) })
		},
		func(t testing.TB) string {
			return answered(t, func(a string) (net.PacketConn, error) { return uds.ListenPacket("unixgram", a) },
				func(a string) (net.Conn, error) { return uds.Dial("unixgram", a) })
		},
	},
	{
		"datagrams: the socket file after `Close`",
		func(t testing.TB) string {
			return leftFile(t, func(a string) (net.PacketConn, error) { return net.ListenPacket("unixgram", a) })
		},
		func(t testing.TB) string {
			return leftFile(t, func(a string) (net.PacketConn, error) { return uds.ListenPacket("unixgram", a) })
		},
	},
	{
		"datagrams: `WriteMsgUnix` with a nil address on a dialled connection",
		func(t testing.TB) string {
			return wroteToPeer(t, func(a string) (net.Conn, error) { return net.Dial("unixgram", a) })
		},
		func(t testing.TB) string {
			return wroteToPeer(t, func(a string) (net.Conn, error) { return uds.Dial("unixgram", a) })
		},
	},
}

// conformanceWork is how much CPU time the child that only works uses.
const conformanceWork = 200 * time.Millisecond

func init() {
	testutil.RegisterChild("work", func() {
		io.Copy(io.Discard, os.Stdin)
		for end := testutil.CPUTime() + conformanceWork; testutil.CPUTime() < end; {
		}
	})
}

// blockedSendCPU blocks c in a send to path, which nobody reads, and says what
// that costs. Who wants a whole CPU gets as much as a process beside it that only
// works, about, however busy the machine is: always. TestDgramFullReceiverCostsNothing
// knows how little it is, beside a whole one.
func blockedSendCPU(t testing.TB, c net.PacketConn, path string) string {
	idle, _ := besideWork(t) // much, on an emulated processor
	to := &net.UnixAddr{Name: path, Net: "unixgram"}
	ended := make(chan struct{})
	go func() { defer close(ended); blockedSend(t, c, to) }()
	defer func() {
		must(t, c.SetWriteDeadline(time.Now()))
		<-ended
	}()
	least, greedy := time.Duration(math.MaxInt64), 0
	for range 12 {
		used, wall := besideWork(t)
		least = min(least, used)
		if used > idle+conformanceWork*3/4 {
			greedy++
		}
		switch {
		case used < wall/100:
			return "next to none"
		case greedy == 4:
			return "a whole one"
		}
	}
	if least < idle+conformanceWork/4 {
		return "next to none"
	}
	return "a whole one"
}

// besideWork returns the CPU time that this process uses while a child works, and
// how long that takes.
func besideWork(t testing.TB) (used, wall time.Duration) {
	child := testutil.Child(t, "work")
	begin, err := child.StdinPipe()
	must(t, err)
	must(t, child.Start())
	used = testutil.CPUOf(func() {
		begun := time.Now()
		must(t, begin.Close())
		must(t, child.Wait())
		wall = time.Since(begun)
	})
	return used, wall
}

// blockedSend fills the receiver's queue and blocks until c's deadline.
func blockedSend(t testing.TB, c net.PacketConn, to net.Addr) {
	for {
		if _, err := c.WriteTo([]byte("x"), to); err != nil {
			isErr(t, "WriteTo", err, os.ErrDeadlineExceeded)
			return
		}
	}
}

// closableConn is a connection whose reading half can be closed.
type closableConn interface {
	net.Conn
	CloseRead() error
}

// closedRead says what CloseRead does to a blocked Read in a while.
func closedRead(t testing.TB, c closableConn, wait time.Duration) string {
	done := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 8))
		done <- err
	}()
	parked(t, 1, "closedRead")
	must(t, c.CloseRead())
	select {
	case err := <-done:
		if err == io.EOF {
			return "it ends with `io.EOF`"
		}
		return nilOr(err)
	case <-time.After(wait): // what is measured
		must(t, c.Close())
		<-done
		return "it stays blocked"
	}
}

func restarted(t testing.TB, path string, dial func() (net.Conn, error)) string {
	old, err := uds.ListenDgram(path)
	must(t, err)
	c, err := dial()
	must(t, err)
	defer c.Close()
	must(t, old.Close())
	l, err := uds.ListenDgram(path)
	must(t, err)
	defer l.Close()
	var got []string
	for range 3 {
		_, err := c.Write([]byte("x"))
		got = append(got, nilOr(errnoOf(err)))
	}
	if got[0] == "nil" {
		return "the connection goes on"
	}
	return "`Write` fails for ever: " + strings.Join(got, ", ")
}

// errnoOf is the errno at the bottom of err, or err.
func errnoOf(err error) error {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e
	}
	return err
}

func strangersAddr(t testing.TB, c net.PacketConn) string {
	stranger, err := uds.NewDgram()
	must(t, err)
	defer stranger.Close()
	_, err = stranger.WriteTo([]byte("x"), c.LocalAddr())
	must(t, err)
	_, from, err := c.ReadFrom(make([]byte, 8))
	must(t, err)
	if from == nil {
		return "a nil `net.Addr`"
	}
	return fmt.Sprintf("an address that prints as %q", from)
}

func answered(t testing.TB, listen func(string) (net.PacketConn, error), dial func(string) (net.Conn, error)) string {
	l, err := listen(abstractName())
	must(t, err)
	defer l.Close()
	c, err := dial(l.LocalAddr().String())
	must(t, err)
	defer c.Close()
	guarded(t, c)
	_, err = c.Write([]byte("question"))
	must(t, err)
	_, from, err := l.ReadFrom(make([]byte, 16))
	must(t, err)
	if from == nil {
		return "impossible, it has no address"
	}
	_, err = l.WriteTo([]byte("answer"), from)
	must(t, err)
	p := make([]byte, 16)
	n, err := c.Read(p)
	must(t, err)
	return fmt.Sprintf("works, it gets %q", p[:n])
}

func leftFile(t testing.TB, listen func(string) (net.PacketConn, error)) string {
	path := testutil.SocketPath(t)
	c, err := listen(path)
	must(t, err)
	must(t, c.Close())
	if _, err := os.Lstat(path); err == nil {
		return "stays, and the next start fails"
	}
	return "is removed"
}

func wroteToPeer(t testing.TB, dial func(string) (net.Conn, error)) string {
	l, err := uds.ListenDgram(abstractName())
	must(t, err)
	defer l.Close()
	c, err := dial(l.LocalAddr().String())
	must(t, err)
	defer c.Close()
	if _, _, err := c.(unixMessenger).WriteMsgUnix([]byte("x"), nil, nil); err != nil {
		return "fails: " + err.(*net.OpError).Err.Error()
	}
	return "works"
}
