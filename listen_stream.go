package uds

import (
	"context"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// networkStream is the network of SOCK_STREAM sockets, whose connections are
// package net's.
const networkStream = "unix"

// streamListener is a listening SOCK_STREAM socket of package net with the
// address and the file of this package. Its methods are those of
// *net.UnixListener.
type streamListener struct {
	*net.UnixListener
	addr *net.UnixAddr
	file *sockFile
	opts *Options
}

// listenStream is Listen for the network "unix".
func (lc *ListenConfig) listenStream(ctx context.Context, address string) (net.Listener, error) {
	a, s, err := lc.prepare(ctx, networkStream, sys.SockStream, address)
	if err != nil {
		return nil, opError("listen", networkStream, nil, errorAddr(address, networkStream), err)
	}
	defer s.Close() // package net has a duplicate
	l, err := lc.newStreamListener(ctx, s, a)
	if err != nil {
		return nil, opError("listen", networkStream, nil, errorAddr(address, networkStream), err)
	}
	return l, nil
}

// newStreamListener binds s, makes it listen, and hands a duplicate to package
// net.
func (lc *ListenConfig) newStreamListener(ctx context.Context, s *socket.Socket, a Addr) (*streamListener, error) {
	file, err := lc.listen(ctx, s, a)
	if err != nil {
		return nil, err
	}
	if a, err = boundAddr(s, a); err != nil {
		return nil, err
	}
	l, err := fileUnixListener(s)
	if err != nil {
		file.remove()
		return nil, err
	}
	opts := lc.Options // the caller's may change
	return &streamListener{UnixListener: l, addr: netAddr(a, networkStream), file: file, opts: &opts}, nil
}

// fileUnixListener returns a listener of package net over a duplicate of s. It
// never removes a file.
func fileUnixListener(s *socket.Socket) (*net.UnixListener, error) {
	f, err := s.File()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l, err := net.FileListener(f)
	if err != nil {
		return nil, insideOp(err)
	}
	return l.(*net.UnixListener), nil
}

// insideOp returns what an error of package net wraps: the operation that it
// names is not the caller's.
func insideOp(err error) error {
	op, ok := err.(*net.OpError)
	if !ok {
		return err
	}
	if e, ok := op.Err.(sys.Errno); ok {
		return sysError("net.FileListener", e)
	}
	return op.Err
}

// checkStream returns an error if lc asks for what a stream listener cannot do.
func (lc *ListenConfig) checkStream() error {
	what := ""
	switch {
	case lc.Authorize != nil:
		what = "Authorize, which takes a SeqConn"
	case lc.Options.Spin != 0:
		what = "Options.Spin"
	case lc.Options.Timestamps:
		what = "Options.Timestamps, which a stream does not carry"
	default:
		return nil
	}
	return sysError(fmt.Sprintf("network %q with %s", networkStream, what), sys.EINVAL)
}

// Accept waits for the next connection, a *net.UnixConn.
func (l *streamListener) Accept() (net.Conn, error) {
	c, err := l.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptUnix is Accept with the connection's own type.
func (l *streamListener) AcceptUnix() (*net.UnixConn, error) {
	c, err := l.UnixListener.AcceptUnix()
	if err != nil {
		return nil, l.fail(err)
	}
	if err := l.opts.applyStream(c); err != nil {
		c.Close()
		return nil, l.fail(err)
	}
	return c, nil
}

// applyStream sets what an accepted connection of package net does not inherit
// from its listener.
func (o *Options) applyStream(c *net.UnixConn) error {
	if o.ReadBuffer != 0 {
		if err := c.SetReadBuffer(o.ReadBuffer); err != nil {
			return err
		}
	}
	if o.WriteBuffer != 0 {
		return c.SetWriteBuffer(o.WriteBuffer)
	}
	return nil
}

// Addr returns the address that the listener was given.
func (l *streamListener) Addr() net.Addr { return l.addr }

// Close stops listening and removes the socket file if it is the one that this
// listener bound.
func (l *streamListener) Close() error {
	l.file.remove() // while the open socket pins the file's inode number
	return l.fail(l.UnixListener.Close())
}

// File returns a duplicate of the listener's descriptor; the caller owns it. It
// is close-on-exec and, unlike package net's, non-blocking even after its Fd
// method is called.
func (l *streamListener) File() (*os.File, error) {
	rc, err := l.SyscallConn()
	if err != nil {
		return nil, l.fail(err)
	}
	var nfd int
	var e sys.Errno
	if err := rc.Control(func(fd uintptr) { nfd, e = sys.Dup(int(fd)) }); err != nil {
		return nil, l.fail(err)
	}
	if e != 0 {
		return nil, opError("file", networkStream, nil, l.addr, sysError("fcntl", e))
	}
	return os.NewFile(uintptr(nfd), "socket"), nil
}

// SetDeadline sets the time at which Accepts fail with os.ErrDeadlineExceeded;
// the zero time means no deadline.
func (l *streamListener) SetDeadline(t time.Time) error {
	return opError("set", networkStream, nil, l.addr, l.UnixListener.SetDeadline(t))
}

// SyscallConn gives access to the descriptor, for calls that this package lacks.
// Unlike package net's it fails after Close.
func (l *streamListener) SyscallConn() (syscall.RawConn, error) {
	rc, err := l.UnixListener.SyscallConn()
	if err == nil {
		err = rc.Control(func(uintptr) {})
	}
	if err != nil {
		return nil, l.fail(err)
	}
	return rc, nil
}

// SetUnlinkOnClose sets whether Close removes the socket file.
func (l *streamListener) SetUnlinkOnClose(unlink bool) { l.file.keep.Store(!unlink) }

// fail puts the listener's address into an error of package net, which has the
// kernel's name for the socket.
func (l *streamListener) fail(err error) error {
	if e, ok := err.(*net.OpError); ok {
		e.Addr = l.addr
	}
	return err
}
