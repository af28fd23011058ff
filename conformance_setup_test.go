//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// setupComparisons are about addresses, listeners and descriptors.
var setupComparisons = []comparison{
	{
		"dialling a full backlog with a timeout of 30 s",
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			return dialledFull(t, path, func() (net.Conn, error) {
				return net.DialTimeout("unixpacket", path, safety)
			})
		},
		func(t testing.TB) string {
			path := testutil.SocketPath(t)
			return dialledFull(t, path, func() (net.Conn, error) {
				return (&uds.Dialer{Timeout: safety}).Dial("unixpacket", path)
			})
		},
	},
	{
		`listening at the abstract name "@x\0y"`,
		func(t testing.TB) string { return nulName(t, listenNet, net.Dial) },
		func(t testing.TB) string { return nulName(t, uds.Listen, uds.Dial) },
	},
	{
		"the address of an unnamed peer prints as",
		func(t testing.TB) string { a, _ := unixPair(t); return fmt.Sprintf("%q", a.RemoteAddr()) },
		func(t testing.TB) string { a, _ := seqPair(t); return fmt.Sprintf("%q", a.RemoteAddr()) },
	},
	{
		"closing a listener whose path a successor has bound",
		func(t testing.TB) string { return closedLate(t, listenNet) },
		func(t testing.TB) string { return closedLate(t, uds.Listen) },
	},
	{
		"making a listener of a datagram socket's file",
		func(t testing.TB) string {
			return wrongFile(t, func(f *os.File) (net.Listener, error) { return net.FileListener(f) })
		},
		func(t testing.TB) string {
			return wrongFile(t, func(f *os.File) (net.Listener, error) { return uds.FileSeqListener(f) })
		},
	},
	{
		"`File` and then `Fd` of the file",
		func(t testing.TB) string { a, _ := unixPair(t); return afterFd(t, a) },
		func(t testing.TB) string { a, _ := seqPair(t); return afterFd(t, a) },
	},
	{
		"peek, size of the next message, cancellation, timeouts an operation, clones",
		func(t testing.TB) string { return has(reflect.TypeFor[*net.UnixConn]()) },
		func(t testing.TB) string { return has(reflect.TypeFor[*uds.SeqConn]()) },
	},
}

func listenNet(network, address string) (net.Listener, error) { return net.Listen(network, address) }

// listenShort listens at path with a backlog of 0: the kernel queues one
// connection.
func listenShort(t testing.TB, path string) *uds.SeqListener {
	l := seqListener(t, path)
	rc, err := l.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(fd uintptr) { err = syscall.Listen(int(fd), 0) }))
	must(t, err)
	return l
}

// dialledFull fills the backlog of a listener at path, dials, and makes room
// once the dial has not come back by itself.
func dialledFull(t testing.TB, path string, dial func() (net.Conn, error)) string {
	l := listenShort(t, path)
	first, err := uds.DialSeq(path)
	must(t, err)
	defer first.Close()
	done := make(chan string, 1)
	go func() {
		c, err := dial()
		if err != nil {
			done <- "fails at once: " + rootCause(err)
			return
		}
		c.Close()
		done <- "waits for room and connects"
	}()
	testutil.Eventually(t, safety, func() bool { return len(done) > 0 || dialsInLine() > 0 }, "a dial that waits or fails")
	if len(done) > 0 {
		return <-done
	}
	for range 2 {
		c, err := l.Accept()
		must(t, err)
		c.Close()
	}
	return <-done
}

// rootCause is the errno at the bottom of err.
func rootCause(err error) string {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e.Error()
	}
	return err.Error()
}

func nulName(t testing.TB, listen func(_, _ string) (net.Listener, error), dial func(_, _ string) (net.Conn, error)) string {
	name := abstractName()
	l, err := listen("unixpacket", name+"\x00y")
	must(t, err)
	defer l.Close()
	c, err := dial("unixpacket", l.Addr().String())
	if err == nil {
		c.Close()
	}
	addr := strings.ReplaceAll(l.Addr().String(), name, "@x")
	if err != nil {
		return fmt.Sprintf("says `%q`, which refuses connections", addr)
	}
	return fmt.Sprintf("says `%q`, which can be dialled", addr)
}

func closedLate(t testing.TB, listen func(_, _ string) (net.Listener, error)) string {
	path := testutil.SocketPath(t)
	l, err := listen("unixpacket", path)
	must(t, err)
	must(t, os.Remove(path))
	next := seqListener(t, path)
	must(t, l.Close())
	_, err = os.Lstat(path)
	must(t, next.Close())
	if err != nil {
		return "removes the successor's socket"
	}
	return "leaves the successor's socket"
}

func wrongFile(t testing.TB, file func(*os.File) (net.Listener, error)) string {
	f := rawSocket(t, syscall.AF_UNIX, syscall.SOCK_DGRAM)
	l, err := file(f)
	if err != nil {
		return "fails: " + rootCause(err)
	}
	l.Close()
	return "succeeds"
}

// rawSocket is the file of a new socket, closed when t ends.
func rawSocket(t testing.TB, family, typ int) *os.File {
	t.Helper()
	fd, err := syscall.Socket(family, typ|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	f := os.NewFile(uintptr(fd), "socket")
	closeLater(t, f)
	return f
}

// filer is a connection that has a File.
type filer interface {
	File() (*os.File, error)
	SyscallConn() (syscall.RawConn, error)
}

func afterFd(t testing.TB, c filer) string {
	f, err := c.File()
	must(t, err)
	defer f.Close()
	f.Fd()
	if nonblocking(t, c) {
		return "leaves the socket non-blocking"
	}
	return "makes the socket blocking"
}

// nonblocking reports whether c's open file description is.
func nonblocking(t testing.TB, c syscall.Conn) bool {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	var flags uintptr
	must(t, rc.Control(func(fd uintptr) {
		flags, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFL, 0)
	}))
	return flags&syscall.O_NONBLOCK != 0
}

// has lists the methods, of some that net lacks, that typ has.
func has(typ reflect.Type) string {
	names := []string{"Peek", "NextSize", "Cancel", "SetReadTimeout", "Clone"}
	names = slices.DeleteFunc(names, func(name string) bool {
		_, ok := typ.MethodByName(name)
		return !ok
	})
	if len(names) == 0 {
		return "none"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}
