//go:build linux

package uds_test

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { comparisons = append(comparisons, datagramComparisons...) }

// datagramComparisons are about "unixgram".
var datagramComparisons = []comparison{
	{
		"sending to a datagram socket whose queue is full, unconnected",
		func(t testing.TB) string { return fullQueue(t, listenUnixgram) },
		func(t testing.TB) string { return fullQueue(t, listenOurs) },
	},
	{
		"`CloseRead` of a datagram socket with a blocked `Read`",
		func(t testing.TB) string { return closedRead(t, listenUnixgram(t, testutil.SocketPath(t))) },
		func(t testing.TB) string { return closedRead(t, listenOurs(t, testutil.SocketPath(t))) },
	},
	{
		"sending on a connected datagram socket after its receiver restarted",
		func(t testing.TB) string {
			return restarted(t, listenUnixgram, func(path string) (net.Conn, error) { return net.Dial("unixgram", path) })
		},
		func(t testing.TB) string {
			d := uds.Dialer{Redial: true}
			return restarted(t, listenOurs, func(path string) (net.Conn, error) { return d.Dial("unixgram", path) })
		},
	},
	{
		"the address of a datagram from an unbound socket",
		func(t testing.TB) string { return unboundSender(t, listenUnixgram) },
		func(t testing.TB) string { return unboundSender(t, listenOurs) },
	},
	{
		"answering a dialled datagram socket",
		func(t testing.TB) string { return answered(t, listenUnixgram, net.Dial) },
		func(t testing.TB) string { return answered(t, listenOurs, uds.Dial) },
	},
	{
		"the file of a datagram socket that was closed",
		func(t testing.TB) string { return fileAfterClose(t, listenUnixgram) },
		func(t testing.TB) string { return fileAfterClose(t, listenOurs) },
	},
	{
		"`WriteMsgUnix` without an address on a dialled datagram socket",
		func(t testing.TB) string { return wroteMsg(t, listenUnixgram, net.Dial) },
		func(t testing.TB) string { return wroteMsg(t, listenOurs, uds.Dial) },
	},
}

// unixgram is what *net.UnixConn and *uds.DgramConn have in common.
type unixgram interface {
	net.Conn
	net.PacketConn
	CloseRead() error
	WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error)
}

var (
	_ unixgram = (*net.UnixConn)(nil)
	_ unixgram = (*uds.DgramConn)(nil)
)

type listenFunc = func(t testing.TB, path string) unixgram

type dialFunc = func(network, address string) (net.Conn, error)

func listenUnixgram(t testing.TB, path string) unixgram {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	closeLater(t, c)
	return c
}

func listenOurs(t testing.TB, path string) unixgram {
	t.Helper()
	return ownDgramAt(t, path)
}

// fullQueue says what a sender does while a receiver does not receive.
func fullQueue(t testing.TB, listen listenFunc) string {
	t.Helper()
	receiver, sender := listen(t, testutil.SocketPath(t)), listen(t, testutil.SocketPath(t))
	must(t, sender.SetWriteDeadline(time.Now().Add(300*time.Millisecond)))
	cpu := testutil.CPUTime()
	for {
		if _, err := sender.WriteTo([]byte("x"), receiver.LocalAddr()); err != nil {
			break
		}
	}
	if testutil.CPUTime()-cpu > 60*time.Millisecond {
		return "spins until there is room"
	}
	return "waits for room"
}

// closedRead says how a blocked Read ends.
func closedRead(t testing.TB, c unixgram) string {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
	done := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		done <- err
	}()
	testutil.Eventually(t, safetyNet, func() bool { return parkedReads(t) }, "the Read is parked")
	must(t, c.CloseRead())
	err := <-done
	switch {
	case err == io.EOF:
		return "ends it with io.EOF"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "leaves it blocked"
	}
	return err.Error()
}

// restarted says what becomes of two sends.
func restarted(t testing.TB, listen listenFunc, dial func(path string) (net.Conn, error)) string {
	t.Helper()
	path := testutil.SocketPath(t)
	first := listen(t, path)
	c, err := dial(path)
	must(t, err)
	closeLater(t, c)
	must(t, first.Close())
	_ = os.Remove(path)
	listen(t, path)
	return sendResult(c) + ", then " + sendResult(c)
}

func sendResult(c net.Conn) string {
	var e syscall.Errno
	if _, err := c.Write([]byte("x")); errors.As(err, &e) {
		return errnoName(e)
	}
	return "arrives"
}

func errnoName(e syscall.Errno) string {
	switch e {
	case syscall.ECONNREFUSED:
		return "ECONNREFUSED"
	case syscall.ENOTCONN:
		return "ENOTCONN"
	}
	return e.Error()
}

// unboundSender says what ReadFrom has for an address.
func unboundSender(t testing.TB, listen listenFunc) string {
	t.Helper()
	receiver := listen(t, testutil.SocketPath(t))
	sendString(t, newDgram(t), "x", uds.MustParseAddr(receiver.LocalAddr().String()))
	_, from, err := receiver.ReadFrom(make([]byte, 1))
	must(t, err)
	if from == nil {
		return "nil"
	}
	return "the unnamed address"
}

// answered says whether the answer to a datagram arrives.
func answered(t testing.TB, listen listenFunc, dial dialFunc) string {
	t.Helper()
	server := listen(t, testutil.SocketPath(t))
	c, err := dial("unixgram", server.LocalAddr().String())
	must(t, err)
	closeLater(t, c)
	_, err = c.Write([]byte("x"))
	must(t, err)
	_, from, err := server.ReadFrom(make([]byte, 1))
	must(t, err)
	if from == nil || from.String() == "" {
		return "impossible: it has no address"
	}
	_, err = server.WriteTo([]byte("y"), from)
	must(t, err)
	return "works: it is autobound"
}

// fileAfterClose says whether there is one.
func fileAfterClose(t testing.TB, listen listenFunc) string {
	t.Helper()
	path := testutil.SocketPath(t)
	must(t, listen(t, path).Close())
	if _, err := os.Lstat(path); err == nil {
		return "stays"
	}
	return "is removed"
}

// wroteMsg says what WriteMsgUnix does.
func wroteMsg(t testing.TB, listen listenFunc, dial dialFunc) string {
	t.Helper()
	server := listen(t, testutil.SocketPath(t))
	c, err := dial("unixgram", server.LocalAddr().String())
	must(t, err)
	closeLater(t, c)
	if _, _, err := c.(unixgram).WriteMsgUnix([]byte("x"), nil, nil); err != nil {
		return "fails"
	}
	return "sends to the peer"
}
