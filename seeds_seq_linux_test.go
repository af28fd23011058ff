package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// These port what the documents say that this package grew from; docs/seeds.md
// lists them row by row.

// uds::UnixSeqpacketConn: what is sent separately is received separately.
func TestSeedSentSeparatelyReceivedSeparately(t *testing.T) {
	a, b := seqPair(t)
	for _, m := range []string{"first", "second"} {
		must(t, a.Send([]byte(m)))
	}
	buf := make([]byte, 20)
	for _, want := range []string{"first", "second"} {
		if n, err := b.Recv(buf); string(buf[:n]) != want || err != nil {
			t.Errorf("got %q, %v, want %q", buf[:n], err, want)
		}
	}
}

func TestSeedConnectToASocketFile(t *testing.T) {
	path := testutil.SocketPath(t)
	l, err := uds.ListenSeq(path)
	must(t, err)
	c, err := uds.DialSeq(path)
	must(t, err)
	defer c.Close()
	if err := c.Send([]byte("Hello, listener")); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil { // which removes the file
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want no file", err)
	}
}

func TestSeedConnectToAnAbstractAddress(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	local := uds.MustParseAddr(name + " client")
	d := uds.Dialer{LocalAddr: local} // bind before connecting
	c, err := d.DialSeq(context.Background(), name)
	must(t, err)
	defer c.Close()
	s, err := l.AcceptSeq()
	must(t, err)
	defer s.Close()
	if got := s.RemoteAddr().String(); got != local.String() {
		t.Errorf("got %q, want %q", got, local)
	}
}

func TestSeedPairIsUnnamed(t *testing.T) {
	a, b := seqPair(t)
	for _, c := range []*uds.SeqConn{a, b} {
		local, err := c.Sockname()
		peer, perr := c.Peername()
		if !local.IsUnnamed() || !peer.IsUnnamed() || err != nil || perr != nil {
			t.Errorf("got %v, %v, %v, %v, want unnamed", local, err, peer, perr)
		}
	}
}

func TestSeedInitialPeerCredentials(t *testing.T) {
	a, _ := seqPair(t)
	cred, err := a.PeerCred()
	if want := (uds.Cred{PID: os.Getpid(), UID: os.Geteuid(), GID: os.Getegid()}); cred != want || err != nil {
		t.Errorf("got %+v, %v, want %+v", cred, err, want)
	}
	if _, err := a.PeerGroups(); err != nil {
		t.Error(err)
	}
}

// Linux has one label, a string; FreeBSD's, one a policy, are not for Linux. A
// kernel without a security module says that it has none.
func TestSeedSecurityLabel(t *testing.T) {
	a, _ := seqPair(t)
	label, err := a.PeerSecurity()
	if err != nil && !errors.Is(err, errors.ErrUnsupported) || err == nil && label == "" {
		t.Errorf("got %q, %v, want a label or errors.ErrUnsupported", label, err)
	}
}

func TestSeedVectoredMessages(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("one "), []byte("message")}}, 0))
	m := uds.Message{Buffers: [][]byte{make([]byte, 2), make([]byte, 5)}}
	var short *uds.TruncatedError
	if err := b.RecvMsg(&m, 0); !errors.As(err, &short) || short.Size != 11 || !m.Truncated || m.N != 7 || string(m.Buffers[1]) != "e mes" {
		t.Errorf("got %+v, %v, want 7 bytes of 11", m, err)
	}
}

func TestSeedFiles(t *testing.T) {
	a, b := seqPair(t)
	f := openFile(t, os.DevNull)
	must(t, a.SendFiles([]byte("null"), f))
	n, files, err := b.RecvFiles(make([]byte, 8), 1)
	if n != 4 || len(files) != 1 || err != nil {
		t.Fatalf("got %d, %v, %v, want 4 and a file", n, files, err)
	}
	files[0].Close()
}

func TestSeedPeek(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.Send([]byte("hello")))
	buf := make([]byte, 10)
	if n, err := b.Peek(buf[:1]); n != 1 || !errors.Is(err, uds.ErrTruncated) {
		t.Errorf("got %d, %v, want 1, truncated", n, err)
	}
	if buf[0] != 'h' || buf[1] != 0 {
		t.Errorf("got %q", buf)
	}
	m := uds.Message{Buffers: [][]byte{buf[:2], buf[2:]}}
	if err := b.RecvMsg(&m, uds.FlagPeek); err != nil || m.N != 5 || m.Truncated {
		t.Errorf("got %+v, %v, want 5", m, err)
	}
	for _, recv := range []func([]byte) (int, error){b.Peek, b.Recv} {
		if n, err := recv(buf); n != 5 || err != nil || string(buf[:n]) != "hello" {
			t.Errorf("got %q, %v, want hello", buf[:n], err)
		}
	}
}

func TestSeedTakeError(t *testing.T) {
	a, b := seqPair(t)
	b.Close()
	if err := a.Send([]byte("anyone there?")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want EPIPE", err)
	}
	if err := a.TakeError(); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// Both share the queues, and the clone outlives the first.
func TestSeedTryClone(t *testing.T) {
	a, b := seqPair(t)
	a2, err := a.Clone()
	must(t, err)
	defer a2.Close()
	seedExchange(t, a, b, "first")
	seedExchange(t, a2, b, "second")
	seedExchange(t, b, a2, "hello first")
	seedExchange(t, b, a, "hello second")
	a.Close()
	seedExchange(t, a2, b, "hello")
}

// seedExchange sends a message and receives it.
func seedExchange(t *testing.T, from, to *uds.SeqConn, want string) {
	t.Helper()
	must(t, from.Send([]byte(want)))
	buf := make([]byte, 20)
	if n, err := to.Recv(buf); string(buf[:n]) != want || err != nil {
		t.Errorf("got %q, %v, want %q", buf[:n], err, want)
	}
}

func TestSeedTimeouts(t *testing.T) {
	a, _ := seqPair(t)
	if a.ReadTimeout() != 0 || a.WriteTimeout() != 0 {
		t.Error("got a timeout at first, want none")
	}
	for _, set := range []func(time.Duration) error{a.SetReadTimeout, a.SetWriteTimeout} {
		must(t, set(2*time.Millisecond))
	}
	if a.ReadTimeout() != 2*time.Millisecond || a.WriteTimeout() != 2*time.Millisecond {
		t.Errorf("got %v and %v, want 2ms", a.ReadTimeout(), a.WriteTimeout())
	}
	if _, err := a.Recv(make([]byte, 1024)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
	var err error
	for err == nil {
		err = a.Send(make([]byte, 1000))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestSeedNonblocking(t *testing.T) {
	a, _ := seqPair(t)
	m := uds.Message{Buffers: [][]byte{make([]byte, 1000)}}
	if err := a.RecvMsg(&m, uds.FlagNoWait); !errors.Is(err, uds.ErrWouldBlock) {
		t.Errorf("got %v, want %v", err, uds.ErrWouldBlock)
	}
	var err error
	for err == nil {
		err = a.SendMsg(&m, uds.FlagNoWait)
	}
	if !errors.Is(err, uds.ErrWouldBlock) {
		t.Errorf("got %v, want %v", err, uds.ErrWouldBlock)
	}
}

func TestSeedShutdown(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.CloseWrite())
	if _, err := b.Recv(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
	must(t, a.CloseRead())
	if err := b.Send([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want EPIPE", err)
	}
}

// From and into a descriptor.
func TestSeedDescriptors(t *testing.T) {
	a, b := seqPair(t)
	seedDescriptors(t, a, b, func(f *os.File) (msgConn, error) { return uds.FileSeqConn(f) })
}

func TestSeedDatagramDescriptors(t *testing.T) {
	a, b := dgramPair(t)
	seedDescriptors(t, a, b, func(f *os.File) (msgConn, error) { return uds.FileDgramConn(f) })
}

func seedDescriptors(t *testing.T, a, b msgConn, assign func(*os.File) (msgConn, error)) {
	t.Helper()
	f, err := a.Detach() // release, into_raw_fd
	must(t, err)
	defer f.Close()
	isErr(t, "Send after Detach", a.Send(nil), net.ErrClosed)
	c, err := assign(f)
	must(t, err)
	defer c.Close()
	must(t, c.Send([]byte("x")))
	if n, err := b.Readable(); n != 1 || err != nil { // bytes_readable
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// as_raw_fd and from_raw_fd: a number is only good while its owner lives.
func TestSeedRawDescriptor(t *testing.T) {
	a, b := seqPair(t)
	rc, err := a.SyscallConn()
	must(t, err)
	var c *uds.SeqConn
	cerr := rc.Control(func(fd uintptr) {
		var dup int
		if dup, err = syscall.Dup(int(fd)); err != nil {
			return
		}
		f := os.NewFile(uintptr(dup), "socket")
		c, err = uds.FileSeqConn(f)
		f.Close()
	})
	if err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	defer c.Close()
	seedExchange(t, c, b, "by its number")
}

// Debug and TypeId: what a connection is called is what its addresses print, and
// any value tells its type.
func TestSeedDebugForm(t *testing.T) {
	name := abstractName()
	c, _ := dialled(t, name)
	got := fmt.Sprintf("%v %q %q %T", c.RemoteAddr(), c.LocalAddr(), c.RemoteAddr().Network(), any(c))
	if want := name + ` "" "unixpacket" *uds.SeqConn`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// posix.version: the build says which version of the module it holds.
func TestSeedVersion(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("got no build information")
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == "example.com/uds" {
			return
		}
	}
	t.Errorf("got %v, want the module example.com/uds among them", info)
}

// unix.seqpacket_socket.new, open and bind: a socket that is not connected is
// one of package socket.
func TestSeedOpenAndBind(t *testing.T) {
	path := testutil.SocketPath(t)
	s, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0) // new, open
	must(t, err)
	defer s.Close()
	sa, err := socket.Unix(path)
	must(t, err)
	must(t, s.Bind(sa))
	must(t, s.Listen(1))
	c, err := uds.DialSeq(path)
	must(t, err)
	defer c.Close()
	peer, _, err := s.Accept(context.Background())
	must(t, err)
	defer peer.Close()
	must(t, c.Send([]byte("hello")))
	buf := make([]byte, 1024)
	if n, err := peer.Recv(buf, 0); string(buf[:n]) != "hello" || err != nil {
		t.Errorf("got %q, %v, want hello", buf[:n], err)
	}
}

// is_open: any call says that the socket is closed.
func TestSeedIsOpen(t *testing.T) {
	a, _ := seqPair(t)
	d, err := uds.NewDgram()
	must(t, err)
	for _, c := range []interface {
		Sockname() (uds.Addr, error)
		Close() error
	}{a, d} {
		if _, err := c.Sockname(); err != nil {
			t.Errorf("%T: got %v, want an open socket", c, err)
		}
		c.Close()
		if _, err := c.Sockname(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%T: got %v, want %v", c, err, net.ErrClosed)
		}
	}
}

func TestSeedCloseAndCancelEndCalls(t *testing.T) {
	for _, c := range []struct {
		do   func(a *uds.SeqConn)
		want error
	}{
		{(*uds.SeqConn).Cancel, context.Canceled},
		{func(a *uds.SeqConn) { a.Close() }, net.ErrClosed},
	} {
		a, _ := seqPair(t)
		done := make(chan error, 1)
		go func() { _, err := a.Recv(make([]byte, 1)); done <- err }()
		for ended := false; !ended; {
			select {
			case err := <-done:
				if ended = true; !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			case <-time.After(time.Millisecond): // the call may not have begun
				c.do(a)
			}
		}
	}
}

func TestSeedBufferSizesAndDebug(t *testing.T) {
	a, _ := seqPair(t)
	must(t, errors.Join(a.SetReadBuffer(20000), a.SetWriteBuffer(20000)))
	r, rerr := a.ReadBuffer()
	w, werr := a.WriteBuffer()
	if r != 40000 || w != 40000 || rerr != nil || werr != nil {
		t.Errorf("got %d, %v, %d, %v, want 40000 each", r, rerr, w, werr)
	}
	if debug := intOption(t, a, socket.SoDebug); debug != 0 {
		t.Errorf("SO_DEBUG: got %d, want 0", debug)
	}
}
