//go:build linux

package uds_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// streamComparisons are about code that takes a connection for a stream.
var streamComparisons = []comparison{
	{
		"`io.Copy` of three messages of 50,000 bytes",
		func(t testing.TB) string { a, b := unixPair(t); return copied(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return copied(t, a, b) },
	},
	{
		"an HTTP request with a body of 300,000 bytes",
		func(t testing.TB) string { return posted(t, netEndpoint(t)) },
		func(t testing.TB) string { return posted(t, udsEndpoint(t)) },
	},
	{
		"a TLS handshake",
		func(t testing.TB) string { a, b := unixPair(t); return shookHands(a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return shookHands(a, b) },
	},
	{
		"`Write` of 300,000 bytes with `SO_SNDBUF` 212,992",
		func(t testing.TB) string { a, b := unixPair(t); return wrote(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return wrote(t, a, b) },
	},
}

// messageComparisons are about single messages.
var messageComparisons = []comparison{
	{
		`an empty message between "one" and "two", by ` + "`Read`",
		func(t testing.TB) string { a, b := unixPair(t); return readAround(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return readAround(t, a, b) },
	},
	{
		"the same, message by message",
		func(t testing.TB) string { a, b := unixPair(t); return readAround(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return recvAround(t, a, b) },
	},
	{
		`the peer answers "reply" and closes with unread input`,
		func(t testing.TB) string { a, b := unixPair(t); return afterReset(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return afterReset(t, a, b) },
	},
}

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

// commas is n with commas between the thousands.
func commas(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// nilOr is err's text, or "nil".
func nilOr(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

func copied(t testing.TB, a, b net.Conn) string {
	for range 3 {
		_, err := a.Write(make([]byte, 50_000))
		must(t, err)
	}
	a.Close()
	n, err := io.Copy(struct{ io.Writer }{io.Discard}, b)
	return fmt.Sprintf("delivers %s of 150,000 bytes, err == %s", commas(int(n)), nilOr(err))
}

func shookHands(a, b net.Conn) string {
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	defer cert.Close()
	for _, c := range []net.Conn{a, b} {
		c.SetDeadline(time.Now().Add(hopeless(a)))
	}
	server := tls.Server(a, cert.TLS)
	client := tls.Client(b, &tls.Config{InsecureSkipVerify: true})
	done := make(chan error)
	go func() {
		err := server.Handshake()
		a.Close()
		done <- err
	}()
	err := client.Handshake()
	b.Close()
	if err := errors.Join(err, <-done); err != nil {
		return "never completes"
	}
	return "completes"
}

// hopeless is how long to wait for what never happens on c, and for what
// happens.
func hopeless(c net.Conn) time.Duration {
	if _, ok := c.(*net.UnixConn); ok {
		return time.Second
	}
	return safety
}

// endpoint is a way to listen and to dial.
type endpoint struct {
	l    net.Listener
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	wait time.Duration
}

func netEndpoint(t testing.TB) endpoint {
	path := testutil.SocketPath(t)
	l, err := listenNet("unixpacket", path)
	must(t, err)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unixpacket", path)
	}
	return endpoint{l, dial, time.Second}
}

func udsEndpoint(t testing.TB) endpoint {
	path := testutil.SocketPath(t)
	return endpoint{seqListener(t, path), new(uds.Dialer).DialFunc("unixpacket", path), safety}
}

func posted(t testing.TB, e endpoint) string {
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})}
	defer srv.Close()
	go srv.Serve(e.l)
	tr := &http.Transport{DialContext: e.dial}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr, Timeout: e.wait}
	body := bytes.Repeat([]byte("0123456789"), 30_000)
	resp, err := client.Post("http://uds/", "text/plain", bytes.NewReader(body))
	if err != nil {
		return "fails"
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, body) {
		return "fails"
	}
	return "is echoed whole"
}

// bufferedConn is a connection whose SO_SNDBUF can be set.
type bufferedConn interface {
	net.Conn
	SetWriteBuffer(bytes int) error
}

func wrote(t testing.TB, a bufferedConn, b net.Conn) string {
	must(t, a.SetWriteBuffer(212_992/2)) // Linux doubles it.
	got := make(chan int)
	go func() {
		n, _ := io.Copy(io.Discard, b)
		got <- int(n)
	}()
	_, err := a.Write(make([]byte, 300_000))
	a.Close()
	n := <-got
	if errors.Is(err, syscall.EMSGSIZE) {
		return "fails with EMSGSIZE"
	}
	return fmt.Sprintf("arrives, %s bytes, err == %s", commas(n), nilOr(err))
}

func sendAround(t testing.TB, a net.Conn) {
	send := func(p []byte) error { _, err := a.Write(p); return err }
	if c, ok := a.(*uds.SeqConn); ok {
		send = c.Send
	}
	for _, m := range []string{"one", "", "two"} {
		must(t, send([]byte(m)))
	}
	must(t, a.Close())
}

func readAround(t testing.TB, a, b net.Conn) string {
	sendAround(t, a)
	return receives(4, b.Read)
}

func recvAround(t testing.TB, a net.Conn, b *uds.SeqConn) string {
	sendAround(t, a)
	return receives(4, b.Recv)
}

// receives says what up to n calls of f returned, until the second EOF.
func receives(n int, f func([]byte) (int, error)) string {
	p := make([]byte, 64)
	var got []string
	for range n {
		k, err := f(p)
		got = append(got, outcome(p[:k], err))
		if k := len(got); k > 1 && got[k-1] == "EOF" && got[k-2] == "EOF" {
			got = got[:k-1]
			break
		}
	}
	return strings.ReplaceAll(strings.Join(got, ", "), `""`, `"" (0, nil)`)
}

func afterReset(t testing.TB, a, b net.Conn) string {
	_, err := b.Write([]byte("never read"))
	must(t, err)
	_, err = a.Write([]byte("reply"))
	must(t, err)
	must(t, a.Close())
	return strings.ReplaceAll(receives(3, b.Read), "RESET", "ECONNRESET")
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
