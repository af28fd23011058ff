package uds

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// conn is what both kinds of connection share: a socket and its names.
type conn struct {
	s     *socket.Socket
	names namesPointer
	mark  marker

	expect expected
	kept   atomic.Pointer[kept]
}

func (c *conn) ok() bool { return c != nil && c.s != nil }

// network is the connection's network, as in package net.
func (c *conn) network() string {
	if c.ok() && c.s.Type() == sys.SockDgram {
		return networkDgram
	}
	return networkSeq
}

// fail wraps err, unless it is nil, as the error of an operation.
//
// It must not be inlined: its variables would make the stack frames of its
// callers larger, and the stack of a parked call is most of the memory of an
// idle connection.
//
//go:noinline
func (c *conn) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if !c.ok() {
		return opError(op, networkSeq, nil, nil, err)
	}
	return opError(op, c.network(), c.LocalAddr(), c.errorPeer(), c.closedFirst(err))
}

// errorPeer is the peer's address for an error: as in package net, nil for a
// datagram socket that goes nowhere.
func (c *conn) errorPeer() net.Addr {
	remote := c.addrs().remote
	if remote.IsUnnamed() && c.network() == networkDgram {
		return nil
	}
	return netAddr(remote, c.network())
}

// failSet is fail for what concerns the socket alone: as in package net, Addr is
// the local address and there is no Source.
func (c *conn) failSet(op string, err error) error {
	if err == nil || !c.ok() {
		return c.fail(op, err)
	}
	return opError(op, c.network(), nil, c.LocalAddr(), c.closedFirst(err))
}

// closedFirst is err, but net.ErrClosed if the connection is closed and err is
// that of an argument: after Close every call fails with it, whatever it is
// given.
func (c *conn) closedFirst(err error) error {
	if !c.s.Closed() {
		return err
	}
	for _, e := range []error{sys.EINVAL, sys.EAFNOSUPPORT, sys.EBADF} {
		if errors.Is(err, e) {
			return net.ErrClosed
		}
	}
	return err
}

// idle is the error of a call that has nothing to do: that of a closed
// connection.
func (c *conn) idle(op string) error {
	if c.s.Closed() {
		return c.fail(op, net.ErrClosed)
	}
	return nil
}

// check is the error of a nil or zero connection.
func (c *conn) check(op string) error {
	if c.ok() {
		return nil
	}
	return c.fail(op, errInvalid)
}

// LocalAddr returns the address that the connection is bound to, as a
// *net.UnixAddr that must not be modified. Unnamed it prints as "".
func (c *conn) LocalAddr() net.Addr {
	if !c.ok() {
		return nil
	}
	return netAddr(c.addrs().local, c.network())
}

// RemoteAddr returns the peer's address, as a *net.UnixAddr that must not be
// modified. An unnamed peer's prints as "", where package net has "@".
func (c *conn) RemoteAddr() net.Addr {
	if !c.ok() {
		return nil
	}
	return netAddr(c.addrs().remote, c.network())
}

// Sockname asks the kernel for the local address. It differs from LocalAddr
// where the kernel has named the socket since, and where it knows the file by
// another name than its path: after ExistingReplace, and for a path of more than
// MaxPathLen bytes. That name is the temporary one, ".uds-…" in the directory of
// the path, or, where the directory is too long for that, one that no other
// process could use: the address is unnamed then.
func (c *conn) Sockname() (Addr, error) { return c.nameOf("getsockname", (*socket.Socket).Sockname) }

// Peername asks the kernel for the peer's address. It differs from RemoteAddr as
// Sockname does from LocalAddr. Without a peer the error is ENOTCONN.
func (c *conn) Peername() (Addr, error) { return c.nameOf("getpeername", (*socket.Socket).Peername) }

func (c *conn) nameOf(op string, f func(*socket.Socket) (socket.Sockaddr, error)) (Addr, error) {
	if err := c.check(op); err != nil {
		return Addr{}, err
	}
	sa, err := f(c.s)
	if err != nil {
		return Addr{}, c.fail(op, err)
	}
	return addrOfRaw(&sa), nil
}

// CloseRead ends receiving. What is queued can still be received; after it
// every receive returns io.EOF. A blocked receive ends.
func (c *conn) CloseRead() error { return c.shutdown(socket.ShutRead) }

// CloseWrite ends sending: the peer of a SeqConn receives io.EOF after what was
// sent.
func (c *conn) CloseWrite() error { return c.shutdown(socket.ShutWrite) }

func (c *conn) shutdown(how int) error {
	if err := c.check("close"); err != nil {
		return err
	}
	return c.fail("close", c.s.Shutdown(how))
}

// SetDeadline sets the read and the write deadline: the time at which calls in
// progress and later ones fail with os.ErrDeadlineExceeded. The zero time is
// none.
func (c *conn) SetDeadline(t time.Time) error {
	return c.set(func(s *socket.Socket) error { return s.SetDeadline(t) })
}

// SetReadDeadline sets the deadline of receives.
func (c *conn) SetReadDeadline(t time.Time) error {
	if !c.ok() {
		return c.check("set")
	}
	if err := c.s.SetReadDeadline(t); err != nil {
		return c.failSet("set", err)
	}
	return nil
}

// SetWriteDeadline sets the deadline of sends.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if !c.ok() {
		return c.check("set")
	}
	if err := c.s.SetWriteDeadline(t); err != nil {
		return c.failSet("set", err)
	}
	return nil
}

// SetReadTimeout bounds every later receive: it ends at the earlier of the read
// deadline and its own start plus d. 0 is no bound, less is EINVAL. The
// deadline stays as it is.
func (c *conn) SetReadTimeout(d time.Duration) error {
	return c.set(func(s *socket.Socket) error { return s.SetReadTimeout(d) })
}

// SetWriteTimeout is SetReadTimeout for sends.
func (c *conn) SetWriteTimeout(d time.Duration) error {
	return c.set(func(s *socket.Socket) error { return s.SetWriteTimeout(d) })
}

// ReadTimeout returns what SetReadTimeout set.
func (c *conn) ReadTimeout() time.Duration {
	if !c.ok() {
		return 0
	}
	return c.s.ReadTimeout()
}

// WriteTimeout returns what SetWriteTimeout set.
func (c *conn) WriteTimeout() time.Duration {
	if !c.ok() {
		return 0
	}
	return c.s.WriteTimeout()
}

// Cancel makes every call that began before it fail with context.Canceled, and
// no later one. Deadlines stay as they are.
func (c *conn) Cancel() {
	if c.ok() {
		c.s.Cancel()
	}
}

// set runs a setting.
func (c *conn) set(f func(*socket.Socket) error) error {
	if err := c.check("set"); err != nil {
		return err
	}
	return c.failSet("set", f(c.s))
}

// SetReadBuffer sets SO_RCVBUF. Linux does not use it for these sockets: their
// flow control is the sender's SO_SNDBUF.
func (c *conn) SetReadBuffer(bytes int) error { return c.setBuffer("read", sys.SoRcvbuf, bytes) }

// SetWriteBuffer sets SO_SNDBUF, which Linux doubles, and limits to twice
// net.core.wmem_max. The largest message is 32 bytes smaller than what
// WriteBuffer then returns.
func (c *conn) SetWriteBuffer(bytes int) error { return c.setBuffer("write", sys.SoSndbuf, bytes) }

func (c *conn) setBuffer(name string, opt, bytes int) error {
	return c.set(func(s *socket.Socket) error {
		if bytes == 0 {
			return s.SetInt(sys.SolSocket, opt, 0)
		}
		return setBuffer(s, name, opt, bytes)
	})
}

// ReadBuffer returns SO_RCVBUF in bytes.
func (c *conn) ReadBuffer() (int, error) { return c.getInt(sys.SoRcvbuf) }

// WriteBuffer returns SO_SNDBUF in bytes.
func (c *conn) WriteBuffer() (int, error) { return c.getInt(sys.SoSndbuf) }

func (c *conn) getInt(opt int) (int, error) {
	if err := c.check("get"); err != nil {
		return 0, err
	}
	n, err := c.s.Int(sys.SolSocket, opt)
	return n, c.fail("get", err)
}

// SetOptions applies the fields of o that are not zero. A message that was
// queued before may lack what they ask for; Dialer.Options and
// ListenConfig.Options leave no such window.
func (c *conn) SetOptions(o Options) error {
	if c.ok() {
		c.expect.announce(&o)
	}
	err := c.set(func(s *socket.Socket) error {
		if s.Closed() {
			return net.ErrClosed // also where no field asks the socket
		}
		return o.apply(s)
	})
	if c.ok() {
		c.expect.forget()
	}
	if err == nil {
		c.given(&o)
		c.tell(&o)
	}
	return err
}

// tell tells the clones of timestamps that were asked for, and asks once more: the
// Detach of one that was not told may have turned them off.
func (c *conn) tell(o *Options) {
	if all := c.siblings(); all != nil && o.Timestamps {
		all.stamps.Store(true)
		_ = c.s.SetInt(sys.SolSocket, sys.SoTimestamp, 1)
	}
}

// given notes the options that the socket was made with.
func (c *conn) given(o *Options) {
	if o.PassCredentials {
		c.mark.ask()
	}
	if o.Timestamps {
		c.mark.keep()
	}
}

// share notes that the descriptor is in other hands too.
func (c *conn) share() {
	c.expect.share()
	c.mark.share()
}

// SetSpin sets how long a call that has to wait spins before its goroutine
// parks, as Options.Spin does.
func (c *conn) SetSpin(d time.Duration) {
	if c.ok() {
		c.s.SetSpin(d)
	}
}

// SyscallConn returns the descriptor for calls that this package lacks. Bytes
// that Buffered counts are not seen there.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if err := c.check("raw"); err != nil {
		return nil, err
	}
	rc, err := c.s.SyscallConn()
	if err != nil {
		return nil, c.failSet("raw", err)
	}
	c.share()
	return rawConn{c.failSet, c.fail, rc}, nil
}

// rawConn wraps the errors of a RawConn.
type rawConn struct {
	failSet, fail func(op string, err error) error
	rc            syscall.RawConn
}

func (r rawConn) Control(f func(fd uintptr)) error { return r.failSet("raw-control", r.rc.Control(f)) }

func (r rawConn) Read(f func(fd uintptr) bool) error { return r.fail("raw-read", r.rc.Read(f)) }

func (r rawConn) Write(f func(fd uintptr) bool) error { return r.fail("raw-write", r.rc.Write(f)) }

// File returns a duplicate of the connection's descriptor, which is the
// caller's. It is close-on-exec and non-blocking, also after its Fd method is
// called. The connection stays as it is; both share the options, the marker's
// among them.
func (c *conn) File() (*os.File, error) {
	if err := c.check("file"); err != nil {
		return nil, err
	}
	c.share()
	f, err := c.s.File()
	return f, c.fail("file", err)
}

// limitError is the error of a message of n bytes that is EMSGSIZE.
func (c *conn) limitError(call string, n int, err error) error {
	if !isErrno(err, sys.EMSGSIZE) {
		return err
	}
	limit, e := c.s.Int(sys.SolSocket, sys.SoSndbuf)
	if e != nil {
		return err
	}
	return sysError(fmt.Sprintf("%s of %d bytes, the limit is %d", call, n, limit-sndbufOverhead), sys.EMSGSIZE)
}

// sndbufOverhead is by how much the largest message is smaller than SO_SNDBUF:
// unix_dgram_sendmsg in net/unix/af_unix.c.
const sndbufOverhead = 32
