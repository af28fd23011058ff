//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// past is a time at which every deadline has passed.
var past = time.Unix(1, 0)

var abstractNames atomic.Int64

// abstractName returns an abstract address that no other test uses.
func abstractName() string {
	return fmt.Sprintf("@uds-test-%d-%d", os.Getpid(), abstractNames.Add(1))
}

// closeLater closes c when t ends.
func closeLater(t testing.TB, c io.Closer) {
	t.Helper()
	t.Cleanup(func() { c.Close() })
}

// seqPair returns a pair without deadlines, closed when t ends.
func seqPair(t testing.TB) (a, b *uds.SeqConn) {
	t.Helper()
	a, b, err := uds.SeqPair()
	must(t, err)
	closeLater(t, a)
	closeLater(t, b)
	return a, b
}

// guarded sets the safety deadline of the connections.
func guarded(t testing.TB, cs ...net.Conn) {
	t.Helper()
	for _, c := range cs {
		must(t, c.SetDeadline(time.Now().Add(safety)))
	}
}

// seqListener returns a listener at address, closed when t ends.
func seqListener(t testing.TB, address string) *uds.SeqListener {
	t.Helper()
	l, err := uds.ListenSeq(address)
	must(t, err)
	closeLater(t, l)
	return l
}

// dialled returns both ends of a connection made by way of a listener at address.
func dialled(t testing.TB, address string) (client, server *uds.SeqConn) {
	t.Helper()
	return dialledTo(t, seqListener(t, address))
}

// dialledTo returns both ends of a connection to l, closed when t ends.
func dialledTo(t testing.TB, l *uds.SeqListener) (client, server *uds.SeqConn) {
	t.Helper()
	client, err := uds.DialSeq(l.Addr().String())
	must(t, err)
	closeLater(t, client)
	server, err = l.AcceptSeq()
	must(t, err)
	closeLater(t, server)
	return client, server
}

// unixPair is a pair of net's connections over SOCK_SEQPACKET.
func unixPair(t testing.TB) (a, b *net.UnixConn) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	cs := make([]*net.UnixConn, 2)
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		c, err := net.FileConn(f)
		f.Close()
		must(t, err)
		closeLater(t, c)
		cs[i] = c.(*net.UnixConn)
	}
	return cs[0], cs[1]
}

// sendAll sends the messages.
func sendAll(t testing.TB, c *uds.SeqConn, msgs ...string) {
	t.Helper()
	for _, m := range msgs {
		must(t, c.Send([]byte(m)))
	}
}

// recvEnd receives a message into 64 bytes and says what came: its quoted
// bytes, "EOF", or the error's text.
func recvEnd(c *uds.SeqConn) string {
	p := make([]byte, 64)
	n, err := c.Recv(p)
	return outcome(p[:n], err)
}

// recvRest is every outcome until the second EOF in a row.
func recvRest(c *uds.SeqConn) string {
	var got []string
	for len(got) < 100 {
		got = append(got, recvEnd(c))
		if n := len(got); n > 1 && got[n-1] == "EOF" && got[n-2] == "EOF" {
			break
		}
	}
	return strings.Join(got, " ")
}

// outcome says what a receive returned.
func outcome(p []byte, err error) string {
	switch {
	case err == io.EOF:
		return "EOF"
	case errors.Is(err, syscall.ECONNRESET):
		return "RESET"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "TIMEOUT"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%q", p)
}

// isErr fails t unless errors.Is(err, want).
func isErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// parked waits until n goroutines run a function whose name contains where, any
// function if that is "", and wait in the poller.
func parked(t testing.TB, n int, where string) {
	t.Helper()
	testutil.Eventually(t, safety, func() bool { return waiting(where) >= n }, "%d goroutines waiting in %s", n, where)
}

// inLine waits until n dials stand in line for room in a backlog.
func inLine(t testing.TB, n int) {
	t.Helper()
	testutil.Eventually(t, safety, func() bool { return dialsInLine() >= n }, "%d dials in line", n)
}

// dialsInLine is the number of dials that wait for room in a backlog.
func dialsInLine() int { return goroutinesIn("[select", ".connectWithRoom(") }

// waiting is the number of goroutines that wait in the poller below a function
// whose name contains where.
func waiting(where string) int { return goroutinesIn("[IO wait", where) }

// goroutinesIn is the number of goroutines in a state that run a function whose
// name contains where.
func goroutinesIn(state, where string) int {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	n := 0
	for _, stack := range strings.Split(string(buf), "\n\n") {
		header, body, _ := strings.Cut(stack, "\n")
		if strings.Contains(header, state) && strings.Contains(body, where) {
			n++
		}
	}
	return n
}

// adopt makes a connection of the file that get returns, and closes the file.
func adopt(t testing.TB, get func() (*os.File, error)) *uds.SeqConn {
	t.Helper()
	f, err := get()
	must(t, err)
	defer f.Close()
	c, err := uds.FileSeqConn(f)
	must(t, err)
	closeLater(t, c)
	return c
}

// locked is the number of goroutines that wait for a lock below a function
// whose name contains where.
func locked(where string) int { return goroutinesIn("[sync.Mutex.Lock", where) }
