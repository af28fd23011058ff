package uds

import (
	"context"
	"net"
	"os"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// SeqListener is a listening SOCK_SEQPACKET socket. Its methods may be called
// at the same time.
type SeqListener struct {
	s     *socket.Socket
	lc    *ListenConfig
	addr  Addr
	file  *sockFile
	names *names // of accepted connections whose peer is unnamed
}

var (
	_ net.Listener = (*SeqListener)(nil)
	_ syscall.Conn = (*SeqListener)(nil)
)

func (l *SeqListener) ok() bool { return l != nil && l.s != nil }

func (l *SeqListener) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if !l.ok() {
		return opError(op, networkSeq, nil, nil, err)
	}
	return opError(op, networkSeq, nil, l.Addr(), err)
}

func (l *SeqListener) check(op string) error {
	if l.ok() {
		return nil
	}
	return l.fail(op, errInvalid)
}

// FileSeqListener returns a listener over a duplicate of f, which stays the
// caller's. A file that is not a listening AF_UNIX SOCK_SEQPACKET socket is an
// error. Its Close never removes the socket file. Accepted connections inherit
// the options that the kernel passes on from f: those of PassCredentials,
// PassPidFD, PassSecurity and RefuseFiles, but neither buffer sizes nor
// timestamps.
func FileSeqListener(f *os.File) (*SeqListener, error) {
	s, err := fileSocket(f, sys.SockSeqpacket, true)
	if err != nil {
		return nil, opError("file", networkSeq, nil, nil, err)
	}
	sa, err := s.Sockname()
	if err != nil {
		s.Close()
		return nil, opError("file", networkSeq, nil, nil, err)
	}
	a := addrOfRaw(&sa)
	return &SeqListener{s: s, lc: new(ListenConfig), addr: a, file: new(sockFile), names: &names{local: a}}, nil
}

// Accept waits for the next connection that ListenConfig.Authorize does not
// reject. It is a *SeqConn, which the caller closes.
//
// At a limit of open files the error is EMFILE or ENFILE and is temporary, which
// http.Server heeds: the connection stays in the backlog, for a later Accept.
func (l *SeqListener) Accept() (net.Conn, error) {
	c, err := l.AcceptSeq()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptSeq is Accept with the connection's own type.
func (l *SeqListener) AcceptSeq() (*SeqConn, error) { return l.AcceptContext(context.Background()) }

// AcceptContext is AcceptSeq, but also ends when ctx does, with context.Canceled
// or an error that is both os.ErrDeadlineExceeded and context.DeadlineExceeded.
func (l *SeqListener) AcceptContext(ctx context.Context) (*SeqConn, error) {
	if err := checkArgs(l.ok(), ctx); err != nil {
		return nil, l.fail("accept", err)
	}
	for {
		c, err := l.accept(ctx)
		if err != nil {
			return nil, l.fail("accept", err)
		}
		if !l.admit(c) {
			continue
		}
		if err := l.over(ctx); err != nil {
			c.Close()
			return nil, l.fail("accept", err)
		}
		return c, nil
	}
}

// over returns the error of an Accept that ended while Authorize ran.
func (l *SeqListener) over(ctx context.Context) error {
	switch {
	case l.lc.Authorize == nil:
		return nil
	case l.s.Closed():
		return net.ErrClosed
	}
	return ctxErr(ctx)
}

func (l *SeqListener) accept(ctx context.Context) (*SeqConn, error) {
	s, from, err := l.s.Accept(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.lc.Options.applyAccepted(s); err != nil {
		s.Close()
		return nil, err
	}
	n := l.names
	if remote := addrOfRaw(&from); !remote.IsUnnamed() {
		n = &names{l.addr, remote}
	}
	c := newSeqConn(s, n)
	c.given(&l.lc.Options)
	return c, nil
}

// admit asks Authorize whether to accept c, and closes c if it rejects c or
// panics.
func (l *SeqListener) admit(c *SeqConn) (ok bool) {
	if l.lc.Authorize == nil {
		return true
	}
	defer func() {
		if !ok {
			c.Close()
		}
	}()
	return l.lc.Authorize(c) == nil
}

// Addr returns the address that the listener is bound to, as a *net.UnixAddr
// that must not be modified.
func (l *SeqListener) Addr() net.Addr {
	if !l.ok() {
		return nil
	}
	return netAddr(l.addr, networkSeq)
}

// Sockname returns what Addr does, as an Addr: the path that was asked for, even
// if the kernel knows the socket file by another name.
func (l *SeqListener) Sockname() (Addr, error) {
	if err := l.check("getsockname"); err != nil {
		return Addr{}, err
	}
	if _, err := l.s.Sockname(); err != nil {
		return Addr{}, l.fail("getsockname", err)
	}
	return l.addr, nil
}

// Close stops listening. Blocked Accepts end with net.ErrClosed. The socket
// file is removed if it is the one that this listener bound; accepted
// connections stay open, those still in the backlog are reset.
func (l *SeqListener) Close() error {
	if err := l.check("close"); err != nil {
		return err
	}
	l.file.remove() // while the open socket pins the file's inode number
	return l.fail("close", l.s.Close())
}

// SetUnlinkOnClose sets whether Close removes the socket file. By default Close
// does unless ListenConfig.KeepFile is set. A listener of FileSeqListener never
// does.
func (l *SeqListener) SetUnlinkOnClose(unlink bool) {
	if l.ok() {
		l.file.keep.Store(!unlink)
	}
}

// SetDeadline sets the time at which Accepts in progress and later ones fail
// with os.ErrDeadlineExceeded. The zero time means no deadline.
func (l *SeqListener) SetDeadline(t time.Time) error {
	if err := l.check("set"); err != nil {
		return err
	}
	return l.fail("set", l.s.SetReadDeadline(t))
}

// File returns a duplicate of the listener's descriptor; the caller owns it. It
// is close-on-exec and non-blocking. The listener stays as it is, and its Close
// removes the socket file unless SetUnlinkOnClose(false) was called, as it must
// be for a successor that goes on with the descriptor.
func (l *SeqListener) File() (*os.File, error) {
	if err := l.check("file"); err != nil {
		return nil, err
	}
	f, err := l.s.File()
	return f, l.fail("file", err)
}

// SyscallConn gives access to the descriptor, for calls that this package lacks.
// It stays the listener's and is valid only inside the RawConn's functions.
func (l *SeqListener) SyscallConn() (syscall.RawConn, error) {
	if err := l.check("raw"); err != nil {
		return nil, err
	}
	rc, err := l.s.SyscallConn()
	if err != nil {
		return nil, l.fail("raw", err)
	}
	return rawConn{l.fail, l.fail, rc}, nil
}
