package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// These port what the documents say that this package grew from; docs/seeds.md
// lists them row by row.

func seedSeqPair(t *testing.T) (a, b *uds.SeqConn) {
	t.Helper()
	a, b, err := uds.SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// uds::UnixSeqpacketConn: what is sent separately is received separately.
func TestSeedSentSeparatelyReceivedSeparately(t *testing.T) {
	a, b := seedSeqPair(t)
	for _, m := range []string{"first", "second"} {
		if err := a.Send([]byte(m)); err != nil {
			t.Fatal(err)
		}
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
	if err != nil {
		t.Fatal(err)
	}
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
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
	const name = "@uds seqpacket example"
	l, err := uds.ListenSeq(name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	local := uds.MustParseAddr(name + " client")
	d := uds.Dialer{LocalAddr: local} // bind before connecting
	c, err := d.DialSeq(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.AcceptSeq()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.RemoteAddr().String(); got != local.String() {
		t.Errorf("got %q, want %q", got, local)
	}
}

func TestSeedPairIsUnnamed(t *testing.T) {
	a, b := seedSeqPair(t)
	for _, c := range []*uds.SeqConn{a, b} {
		local, err := c.Sockname()
		peer, perr := c.Peername()
		if !local.IsUnnamed() || !peer.IsUnnamed() || err != nil || perr != nil {
			t.Errorf("got %v, %v, %v, %v, want unnamed", local, err, peer, perr)
		}
	}
}

func TestSeedInitialPeerCredentials(t *testing.T) {
	a, _ := seedSeqPair(t)
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
	a, _ := seedSeqPair(t)
	label, err := a.PeerSecurity()
	if err != nil && !errors.Is(err, errors.ErrUnsupported) || err == nil && label == "" {
		t.Errorf("got %q, %v, want a label or errors.ErrUnsupported", label, err)
	}
}

func TestSeedVectoredMessages(t *testing.T) {
	a, b := seedSeqPair(t)
	if err := a.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("one "), []byte("message")}}, 0); err != nil {
		t.Fatal(err)
	}
	m := uds.Message{Buffers: [][]byte{make([]byte, 2), make([]byte, 5)}}
	var short *uds.TruncatedError
	if err := b.RecvMsg(&m, 0); !errors.As(err, &short) || short.Size != 11 || !m.Truncated || m.N != 7 || string(m.Buffers[1]) != "e mes" {
		t.Errorf("got %+v, %v, want 7 bytes of 11", m, err)
	}
}

func TestSeedFiles(t *testing.T) {
	a, b := seedSeqPair(t)
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := a.SendFiles([]byte("null"), f); err != nil {
		t.Fatal(err)
	}
	n, files, err := b.RecvFiles(make([]byte, 8), 1)
	if n != 4 || len(files) != 1 || err != nil {
		t.Fatalf("got %d, %v, %v, want 4 and a file", n, files, err)
	}
	files[0].Close()
}

func TestSeedPeek(t *testing.T) {
	a, b := seedSeqPair(t)
	if err := a.Send([]byte("hello")); err != nil {
		t.Fatal(err)
	}
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
	a, b := seedSeqPair(t)
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
	a, b := seedSeqPair(t)
	a2, err := a.Clone()
	if err != nil {
		t.Fatal(err)
	}
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
	if err := from.Send([]byte(want)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 20)
	if n, err := to.Recv(buf); string(buf[:n]) != want || err != nil {
		t.Errorf("got %q, %v, want %q", buf[:n], err, want)
	}
}

func TestSeedTimeouts(t *testing.T) {
	a, _ := seedSeqPair(t)
	if a.ReadTimeout() != 0 || a.WriteTimeout() != 0 {
		t.Error("got a timeout at first, want none")
	}
	for _, set := range []func(time.Duration) error{a.SetReadTimeout, a.SetWriteTimeout} {
		if err := set(2 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
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
	a, _ := seedSeqPair(t)
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
	a, b := seedSeqPair(t)
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Recv(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
	if err := a.CloseRead(); err != nil {
		t.Fatal(err)
	}
	if err := b.Send([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want EPIPE", err)
	}
}

// From and into a descriptor.
func TestSeedDescriptors(t *testing.T) {
	a, b := seedSeqPair(t)
	f, err := a.Detach() // release, into_raw_fd
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := a.Send(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
	c, err := uds.FileSeqConn(f) // assign
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Send([]byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := b.Readable(); n != 1 || err != nil { // bytes_readable
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

func TestSeedDatagramDescriptors(t *testing.T) {
	a, b, err := uds.DgramPair()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	f, err := a.Detach() // release
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := a.Send(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
	c, err := uds.FileDgramConn(f) // assign
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Send([]byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := b.Readable(); n != 1 || err != nil { // bytes_readable
		t.Errorf("got %d, %v, want 1", n, err)
	}
}

// as_raw_fd and from_raw_fd: a number is only good while its owner lives.
func TestSeedRawDescriptor(t *testing.T) {
	a, b := seedSeqPair(t)
	rc, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
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
	const name = "@uds seed debug form"
	l, err := uds.ListenSeq(name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := uds.DialSeq(name)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
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
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sa, err := socket.Unix(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(sa); err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(1); err != nil {
		t.Fatal(err)
	}
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	peer, _, err := s.Accept(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if err := c.Send([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1024)
	if n, err := peer.Recv(buf, 0); string(buf[:n]) != "hello" || err != nil {
		t.Errorf("got %q, %v, want hello", buf[:n], err)
	}
}

// is_open: any call says that the socket is closed.
func TestSeedIsOpen(t *testing.T) {
	a, _ := seedSeqPair(t)
	d, err := uds.NewDgram()
	if err != nil {
		t.Fatal(err)
	}
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
		a, _ := seedSeqPair(t)
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
	a, _ := seedSeqPair(t)
	if err := errors.Join(a.SetReadBuffer(20000), a.SetWriteBuffer(20000)); err != nil {
		t.Fatal(err)
	}
	r, rerr := a.ReadBuffer()
	w, werr := a.WriteBuffer()
	if r != 40000 || w != 40000 || rerr != nil || werr != nil {
		t.Errorf("got %d, %v, %d, %v, want 40000 each", r, rerr, w, werr)
	}
	rc, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var debug int
	cerr := rc.Control(func(fd uintptr) { debug, err = syscall.GetsockoptInt(int(fd), socket.SolSocket, socket.SoDebug) })
	if debug != 0 || err != nil || cerr != nil {
		t.Errorf("got %d, %v, %v, want 0", debug, err, cerr)
	}
}

// emilua's datagram sockets: open, bind, connect, disconnect, and every way to
// send and receive.
func TestSeedDatagrams(t *testing.T) {
	dir := testutil.ShortDir(t)
	a, err := uds.NewDgram() // open
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := uds.ListenDgram(filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	at, err := uds.PathAddr(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := b.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Bind(at); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 16)
	expect := func(want string) {
		t.Helper()
		if n, from, err := b.ReadFromAddr(buf); string(buf[:n]) != want || from != at || err != nil {
			t.Errorf("got %q from %v, %v, want %q from %v", buf[:n], from, err, want, at)
		}
	}
	if _, err := a.WriteToAddr([]byte("send_to"), to); err != nil {
		t.Fatal(err)
	}
	expect("send_to")
	if err := a.Connect(to); err != nil {
		t.Fatal(err)
	}
	if err := a.Send([]byte("send")); err != nil {
		t.Fatal(err)
	}
	expect("send")
	if err := a.Send([]byte("received")); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Recv(buf); string(buf[:n]) != "received" || err != nil { // receive
		t.Errorf("got %q, %v, want received", buf[:n], err)
	}
	if got, err := a.Sockname(); got != at || a.LocalAddr().String() != at.String() || err != nil { // local_path
		t.Errorf("got %v, %v, want %v", got, err, at)
	}
	if a.RemoteAddr().String() != to.String() {
		t.Errorf("got %v, want %v", a.RemoteAddr(), to)
	}
	if got, err := a.Peername(); got != to || err != nil { // remote_path
		t.Errorf("got %v, %v, want %v", got, err, to)
	}
	if err := a.Disconnect(); err != nil {
		t.Fatal(err)
	}
	if err := a.Send([]byte("x")); !errors.Is(err, syscall.ENOTCONN) {
		t.Errorf("got %v, want ENOTCONN", err)
	}
}

func TestSeedDatagramShutdown(t *testing.T) {
	a, b, err := uds.DgramPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := a.Send([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want EPIPE", err)
	}
	if err := a.CloseRead(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Recv(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestSeedDatagramFiles(t *testing.T) {
	dir := testutil.ShortDir(t)
	a, err := uds.ListenDgram(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := uds.ListenDgram(filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	at, _ := a.Sockname()
	to, _ := b.Sockname()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := uds.Message{Buffers: [][]byte{[]byte("null")}, Addr: to, OOB: &uds.OOB{Files: []*os.File{f}}}
	if err := a.SendMsg(&out, 0); err != nil { // send_to_with_fds
		t.Fatal(err)
	}
	in := uds.Message{Buffers: [][]byte{make([]byte, 8)}, OOB: &uds.OOB{MaxFiles: 1}}
	if err := b.RecvMsg(&in, 0); err != nil || in.N != 4 || in.Addr != at || len(in.OOB.Files) != 1 { // receive_from_with_fds
		t.Fatalf("got %+v, %v, want a file from %v", in, err, at)
	}
	in.OOB.Close()
	if err := a.Connect(to); err != nil {
		t.Fatal(err)
	}
	if err := a.SendFiles([]byte("null"), f); err != nil { // send_with_fds
		t.Fatal(err)
	}
	n, files, err := b.RecvFiles(make([]byte, 8), 1) // receive_with_fds
	if n != 4 || len(files) != 1 || err != nil {
		t.Fatalf("got %d, %v, %v, want 4 and a file", n, files, err)
	}
	files[0].Close()
}

// unix.listen: the mode holds from the moment the file exists, "@" is an
// abstract name, and what is there already is not removed.
func TestSeedListen(t *testing.T) {
	path := testutil.SocketPath(t)
	lc := uds.ListenConfig{Mode: 0o600}
	l, err := lc.ListenSeq(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if fi, err := os.Lstat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", fi, err)
	}
	if _, err := uds.ListenSeq(path); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want EADDRINUSE", err)
	}
	abstract, err := uds.ListenSeq(fmt.Sprintf("@uds seed %d", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := abstract.Sockname(); !a.IsAbstract() || err != nil {
		t.Errorf("got %v, %v, want an abstract name", a, err)
	}
	abstract.Close()
}

// unix.stream.listen: the same for a listener of streams.
func TestSeedListenStream(t *testing.T) {
	path := testutil.SocketPath(t)
	lc := uds.ListenConfig{Mode: 0o600}
	l, err := lc.Listen(context.Background(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if fi, err := os.Lstat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", fi, err)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("got %d, %v, want the end", n, err)
	}
}

// A listen that fails leaves the umask and what is there as they were.
func TestSeedListenFails(t *testing.T) {
	path := testutil.SocketPath(t)
	refused := errors.New("refused")
	lc := uds.ListenConfig{Mode: 0o600, Control: func(string, string, syscall.RawConn) error { return refused }}
	before := seedUmask(t)
	for _, network := range []string{"unixpacket", "unix"} {
		if _, err := lc.Listen(context.Background(), network, path); !errors.Is(err, refused) {
			t.Errorf("%s: got %v, want %v", network, err, refused)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: got %v, want no file", network, err)
		}
	}
	if after := seedUmask(t); after != before {
		t.Errorf("got umask %s, want %s", after, before)
	}
}

// seedUmask is the process's, which umask(2) would not tell without setting it.
func seedUmask(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "Umask:"); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Skip("needs the Umask of proc_pid_status(5) (Linux 4.7)")
	panic("not reached")
}
