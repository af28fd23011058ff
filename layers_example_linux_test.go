package uds_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/socket"
)

// The code of docs/layers.md, which TestReadmeSnippets keeps in step.

func Example_layerBytes() {
	withDir(func(dir string) error { return layerBytes(filepath.Join(dir, "app.sock")) })
	// Output: hello
}

func layerBytes(path string) error {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	l, err := uds.ListenSeq(path)
	if err != nil {
		return err
	}
	go http.Serve(l, handler)
	defer l.Close()

	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}}
	r, err := client.Get("http://app/")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	_, err = io.Copy(os.Stdout, r.Body)
	return err
}

// pieceConn sends messages of at most size bytes. It embeds the interface: a
// *uds.SeqConn would bring its ReadFrom along, which io.Copy prefers to Write.
type pieceConn struct {
	net.Conn
	size int
}

func (p pieceConn) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var sent int
		sent, err = p.Conn.Write(b[n:min(n+p.size, len(b))])
		n += sent
	}
	return n, err
}

// unixListener accepts connections that say that their network is "unix".
type unixListener struct{ net.Listener }

func (l unixListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return unixConn{c}, nil
}

type unixConn struct{ net.Conn }

func (c unixConn) NetConn() net.Conn    { return c.Conn } // for ContextWithPeer
func (c unixConn) LocalAddr() net.Addr  { return asUnix(c.Conn.LocalAddr()) }
func (c unixConn) RemoteAddr() net.Addr { return asUnix(c.Conn.RemoteAddr()) }

func asUnix(a net.Addr) net.Addr { return &net.UnixAddr{Name: a.String(), Net: "unix"} }

func Example_layerUnixAddr() {
	withDir(func(dir string) error { return layerUnixAddr(filepath.Join(dir, "app.sock")) })
	// Output:
	// unix true
	// unix false
}

func layerUnixAddr(path string) error {
	l, err := uds.Listen("unixpacket", path)
	if err != nil {
		return err
	}
	l = unixListener{l}
	defer l.Close()
	peer, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer peer.Close()
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close()
	if _, ok := uds.PeerFromContext(uds.ContextWithPeer(context.Background(), c)); !ok {
		return errors.New("nobody knows the peer")
	}
	for _, a := range []net.Addr{c.LocalAddr(), c.RemoteAddr()} {
		fmt.Println(a.Network(), a.String() == path)
	}
	return nil
}

func Example_layerPieces() {
	for _, size := range []int{10_000, 512} {
		n, err := layerPieces(size)
		fmt.Printf("pieces of %d bytes: %d of 10000 arrive, %v\n", size, n, err)
	}
	// Output:
	// pieces of 10000 bytes: 512 of 10000 arrive, <nil>
	// pieces of 512 bytes: 10000 of 10000 arrive, <nil>
}

// layerPieces sends 10,000 bytes in pieces to one that receives as net does,
// with a buffer of 512 bytes.
func layerPieces(size int) (int64, error) {
	c, other, err := uds.SeqPair()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	f, err := other.Detach()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	reader, err := net.FileConn(f)
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	go func() {
		pieceConn{c, size}.Write(make([]byte, 10_000))
		c.CloseWrite()
	}()
	onlyRead := struct{ io.Reader }{reader}
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, onlyRead, make([]byte, 512))
}

// nextFiles receives the next message, whatever its size, and at most max
// descriptors, for the one goroutine that receives from c.
func nextFiles(c *uds.SeqConn, max int) ([]byte, []*os.File, error) {
	size, err := c.NextSize()
	if err != nil {
		return nil, nil, err
	}
	p := make([]byte, size)
	n, files, err := c.RecvFiles(p, max)
	return p[:n], files, err
}

func Example_layerFiles() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	defer b.Close()
	go func() {
		a.SendFiles(make([]byte, 100_000), os.Stdin, os.Stdout)
		a.Send(nil)
		a.Close()
	}()
	for {
		p, files, err := nextFiles(b, 2)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(p), "bytes and", len(files), "descriptors")
		for _, f := range files {
			f.Close()
		}
	}
	// Output:
	// 100000 bytes and 2 descriptors
	// 0 bytes and 0 descriptors
	// EOF
}

func Example_layerMessages() {
	withDir(func(dir string) error { return layerMessages(filepath.Join(dir, "app.sock")) })
	// Output: one mess of 11 bytes
}

func layerMessages(path string) error {
	l, err := uds.ListenSeq(path)
	if err != nil {
		return err
	}
	defer l.Close()
	go func() {
		if c, err := l.AcceptSeq(); err == nil {
			io.Copy(c, c)
			c.Close()
		}
	}()
	buf := make([]byte, 8)

	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Send([]byte("one message")); err != nil {
		return err
	}
	n, err := c.Recv(buf) // exactly one, or a *uds.TruncatedError with its size
	var cut *uds.TruncatedError
	if !errors.As(err, &cut) {
		return err
	}
	fmt.Printf("%s of %d bytes\n", buf[:n], cut.Size)
	return nil
}

func Example_layerDatagrams() {
	withDir(func(dir string) error { return layerDatagrams(filepath.Join(dir, "log.sock")) })
	// Output: an event true
}

func layerDatagrams(path string) error {
	buf := make([]byte, 64)
	c, err := uds.ListenDgram(path)
	if err != nil {
		return err
	}
	defer c.Close()
	program, err := uds.DialDgram(path) // another program, by a name that the kernel gives it
	if err != nil {
		return err
	}
	defer program.Close()
	if err := program.Send([]byte("an event")); err != nil {
		return err
	}
	n, from, err := c.ReadFromAddr(buf)
	if err != nil {
		return err
	}
	fmt.Printf("%s %t\n", buf[:n], from.IsAbstract())
	return nil
}

func Example_layerSockets() {
	if err := layerSockets(); err != nil {
		fmt.Println(err)
	}
	// Output: from the kernel: true
}

func layerSockets() error {
	request := make([]byte, syscall.SizeofNlMsghdr+syscall.SizeofIfInfomsg)
	_, err := binary.Encode(request, binary.NativeEndian, syscall.NlMsghdr{
		Len: uint32(len(request)), Type: syscall.RTM_GETLINK, Flags: syscall.NLM_F_REQUEST | syscall.NLM_F_DUMP,
	})
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)

	s, err := socket.New(socket.AFNetlink, socket.SockRaw, socket.NetlinkRoute)
	if err != nil {
		return err
	}
	defer s.Close()
	sa, err := socket.Netlink(0, 0) // any port, no groups
	if err != nil {
		return err
	}
	if err := s.Bind(sa); err != nil {
		return err
	}
	if _, err := s.Send(request, 0); err != nil {
		return err
	}
	n, from, err := s.RecvFrom(buf, 0) // waits on the runtime's poller
	if err != nil {
		return err
	}
	pid, _, _ := from.Netlink()
	fmt.Println("from the kernel:", pid == 0 && n > syscall.SizeofNlMsghdr)
	return nil
}

func Example_layerAdapters() {
	if err := layerAdapters(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a datagram over udp
	// a stream over tcp
}

func layerAdapters() error {
	local, err := socket.Inet(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		return err
	}

	s, err := socket.New(socket.AFInet, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	if err := s.Bind(local); err != nil {
		return err
	}
	var pc net.PacketConn = s.PacketConn() // any type that keeps messages apart
	defer pc.Close()

	s, err = socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		return err
	}
	if err := s.Bind(local); err != nil {
		return err
	}
	if err := s.Listen(socket.Somaxconn); err != nil {
		return err
	}
	var l net.Listener = s.Listener() // any stream that listens
	defer l.Close()
	server, err := s.Sockname()
	if err != nil {
		return err
	}

	s, err = socket.New(socket.AFInet, socket.SockStream, 0)
	if err != nil {
		return err
	}
	if err := s.Connect(context.Background(), server); err != nil {
		s.Close()
		return err
	}
	var c net.Conn = s.StreamConn() // any connected stream
	defer c.Close()

	if _, err := pc.WriteTo([]byte("a datagram"), pc.LocalAddr()); err != nil {
		return err
	}
	buf := make([]byte, 64)
	n, from, err := pc.ReadFrom(buf)
	if err != nil {
		return err
	}
	fmt.Printf("%s over %s\n", buf[:n], from.Network())
	accepted, err := l.Accept()
	if err != nil {
		return err
	}
	defer accepted.Close()
	if _, err := c.Write([]byte("a stream")); err != nil {
		return err
	}
	if n, err = accepted.Read(buf); err != nil {
		return err
	}
	fmt.Printf("%s over %s\n", buf[:n], accepted.RemoteAddr().Network())
	return nil
}

func Example_layerCalls() {
	if err := layerCalls(); err != nil {
		fmt.Println(err)
	}
	// Output: spliced
}

func layerCalls() error {
	s, peer, err := socket.Pair(socket.AFUnix, socket.SockStream, 0)
	if err != nil {
		return err
	}
	defer s.Close()
	defer peer.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	go peer.Send([]byte("spliced"), 0)
	const size = 64
	pipe := int(w.Fd())

	rc, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var moved int64
	var callErr error
	err = rc.Read(func(fd uintptr) bool {
		n, e := unix.Splice(int(fd), nil, pipe, nil, size, unix.SPLICE_F_NONBLOCK)
		moved, callErr = int64(n), e
		return e != unix.EAGAIN // false: run again when the socket is ready
	})
	if err == nil {
		err = callErr // err is ours: a deadline, a Close; callErr is the call's
	}
	if err != nil {
		return err
	}
	buf := make([]byte, moved)
	if _, err := io.ReadFull(r, buf); err != nil {
		return err
	}
	fmt.Println(string(buf))
	return nil
}
