package uds

import (
	"net"
	"os"
	"syscall"
	"time"
)

// The methods that both kinds of connection share. They are spelled out because
// a promoted method of a nil *SeqConn would panic before it could return EINVAL.

// base returns the shared part of c, nil for a nil c.
func (c *SeqConn) base() *conn {
	if c == nil {
		return nil
	}
	return &c.conn
}

func (c *SeqConn) ok() bool { return c.base().ok() }

func (c *SeqConn) fail(op string, err error) error { return c.base().fail(op, err) }

func (c *SeqConn) check(op string) error { return c.base().check(op) }

// LocalAddr returns the address that the connection is bound to, as a
// *net.UnixAddr that must not be modified. The unnamed address prints as "".
func (c *SeqConn) LocalAddr() net.Addr { return c.base().LocalAddr() }

// RemoteAddr returns the peer's address, as a *net.UnixAddr that must not be
// modified. That of an unnamed peer prints as "", where package net has "@".
func (c *SeqConn) RemoteAddr() net.Addr { return c.base().RemoteAddr() }

// Sockname asks the kernel for the local address. It differs from LocalAddr if
// the kernel has named the socket since, or if it knows the file by another name
// than its path: after ExistingReplace, and for a path that is too long for
// [Addr.Raw]. That name is the temporary one, ".uds-…" in the directory of the path.
// If the directory is too long for that, it is one that no other process could
// use, and the address is unnamed.
func (c *SeqConn) Sockname() (Addr, error) { return c.base().Sockname() }

// Peername asks the kernel for the peer's address. It differs from RemoteAddr as
// Sockname does from LocalAddr. Without a peer the error is ENOTCONN.
func (c *SeqConn) Peername() (Addr, error) { return c.base().Peername() }

// CloseRead ends receiving. What is queued, and the tail that a Read left, can
// still be received; after that every receive returns io.EOF. A blocked receive
// ends. The peer's sends fail with EPIPE from then on; one that waits for room
// notices when there is room or when this end is closed: poll(2) on Linux has no
// event for it.
func (c *SeqConn) CloseRead() error { return c.base().CloseRead() }

// CloseWrite ends sending: every send from then on fails with EPIPE, and the peer
// receives io.EOF after what was sent.
func (c *SeqConn) CloseWrite() error { return c.base().CloseWrite() }

// SetDeadline sets the read and the write deadline: the time at which calls in
// progress and later ones fail with os.ErrDeadlineExceeded. The zero time means
// no deadline.
func (c *SeqConn) SetDeadline(t time.Time) error { return c.base().SetDeadline(t) }

// SetReadDeadline sets the deadline of receives.
func (c *SeqConn) SetReadDeadline(t time.Time) error { return c.base().SetReadDeadline(t) }

// SetWriteDeadline sets the deadline of sends.
func (c *SeqConn) SetWriteDeadline(t time.Time) error { return c.base().SetWriteDeadline(t) }

// SetReadTimeout bounds every later receive: it ends at the earlier of the read
// deadline and its own start plus d. 0 means no bound; less than 0 is EINVAL.
// The deadline stays as it is.
func (c *SeqConn) SetReadTimeout(d time.Duration) error { return c.base().SetReadTimeout(d) }

// SetWriteTimeout is SetReadTimeout for sends.
func (c *SeqConn) SetWriteTimeout(d time.Duration) error { return c.base().SetWriteTimeout(d) }

// ReadTimeout returns what SetReadTimeout set.
func (c *SeqConn) ReadTimeout() time.Duration { return c.base().ReadTimeout() }

// WriteTimeout returns what SetWriteTimeout set.
func (c *SeqConn) WriteTimeout() time.Duration { return c.base().WriteTimeout() }

// Cancel makes every call that began before it, and no later one, fail with
// context.Canceled. Deadlines stay as they are. It cannot bind a call to a
// context, which may end just before the call begins: see the example of
// SetReadDeadline.
func (c *SeqConn) Cancel() { c.base().Cancel() }

// SetReadBuffer sets SO_RCVBUF. Linux does not use it for these sockets: their
// flow control is the sender's SO_SNDBUF.
func (c *SeqConn) SetReadBuffer(bytes int) error { return c.base().SetReadBuffer(bytes) }

// SetWriteBuffer sets SO_SNDBUF, which Linux doubles and limits to twice
// net.core.wmem_max. The largest message is 32 bytes smaller than what
// WriteBuffer then returns.
func (c *SeqConn) SetWriteBuffer(bytes int) error { return c.base().SetWriteBuffer(bytes) }

// ReadBuffer returns SO_RCVBUF in bytes.
func (c *SeqConn) ReadBuffer() (int, error) { return c.base().ReadBuffer() }

// WriteBuffer returns SO_SNDBUF in bytes.
func (c *SeqConn) WriteBuffer() (int, error) { return c.base().WriteBuffer() }

// SetOptions applies the fields of o that are not zero. A message that was
// queued before may lack what they ask for. One that comes right after may find
// a receive under way that has no room for it, which fails with ErrOOBTruncated.
// Dialer.Options and ListenConfig.Options leave no such window.
func (c *SeqConn) SetOptions(o Options) error { return c.base().SetOptions(o) }

// SetSpin sets how long a call that has to wait spins before its goroutine
// parks, as Options.Spin does.
func (c *SeqConn) SetSpin(d time.Duration) { c.base().SetSpin(d) }

// SyscallConn gives access to the descriptor, for calls that this package lacks.
// It stays the connection's and is valid only inside the RawConn's functions.
// Calls on it do not see the bytes that Buffered counts.
func (c *SeqConn) SyscallConn() (syscall.RawConn, error) { return c.base().SyscallConn() }

// File returns a duplicate of the connection's descriptor; the caller owns it.
// It is close-on-exec and non-blocking, even after its Fd method is called: a
// program that wants a blocking one uses Detach, and SetNonblock of package
// syscall. The connection stays as it is, and both share its options.
//
// One of the options tells an empty message from the end: SO_TIMESTAMPNS_NEW on
// Linux. The first receive of the message face sets it, and so does a Read that
// comes to the end; with Options.PassCredentials, the first of these after File.
// From then on recvmsg(2) on the file finds a timestamp, of the type
// SCM_TIMESTAMPNS_NEW, before all other ancillary data. A file of Detach has
// none.
func (c *SeqConn) File() (*os.File, error) { return c.base().File() }
