package socket

import (
	"context"
	"errors"
	"fmt"
	"os"

	"example.com/uds/internal/sys"
)

// ErrWouldBlock is the error of a call that was told not to wait but would have to,
// for the kernel or for another caller's turn.
var ErrWouldBlock = errors.New("operation would block")

// errUnwatched is the error of a call that would have to wait on a socket that the
// runtime's poller refused, which it does for the socket's life. os.NewFile keeps
// the reason to itself; on Linux it is ENOSPC of epoll_ctl(2), the user's limit.
var errUnwatched = sysErr("watch of one descriptor more than the system allows (Linux: fs.epoll.max_user_watches)", sys.ENOSPC)

// sysErr returns the error of a system call, e with the call's name, or nil.
func sysErr(call string, e sys.Errno) error {
	if e == 0 {
		return nil
	}
	return &os.SyscallError{Syscall: call, Err: e}
}

// Unsupported returns the error of a feature that this kernel or system lacks. It
// is errors.ErrUnsupported.
func Unsupported(call string) error { return sysErr(call, sys.EOPNOTSUPP) }

// Lacking returns err, the error of setting an option, or Unsupported with the same
// text if err says that the kernel does not know the option.
func Lacking(err error) error {
	if e, ok := err.(*os.SyscallError); ok && errors.Is(e.Err, sys.ENOPROTOOPT) {
		return Unsupported(e.Syscall)
	}
	return err
}

// ContextError returns the error of a context that has ended, in this package's
// terms: context.Canceled, or an error that is both os.ErrDeadlineExceeded and
// context.DeadlineExceeded. It returns nil while ctx goes on.
func ContextError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return contextTimeout{}
	}
	return ctx.Err()
}

// explainAddr makes the error say so if a call's address is of another family than
// the socket's, or if a bind or connect has no address.
func (s *Socket) explainAddr(err error, sa *Sockaddr) error {
	if err == nil {
		return nil
	}
	e, ok := err.(*os.SyscallError)
	if !ok || !errors.Is(e.Err, sys.EINVAL) && !errors.Is(e.Err, sys.EAFNOSUPPORT) {
		return err
	}
	switch family := sa.Family(); {
	case sa.IsZero() && (e.Syscall == "bind" || e.Syscall == "connect"):
		return &os.SyscallError{Syscall: e.Syscall + " without an address", Err: e.Err}
	case !sa.IsZero() && family != s.Family():
		return &os.SyscallError{Syscall: fmt.Sprintf("%s to an address of family %d, the socket is of %d", e.Syscall, family, s.Family()), Err: e.Err}
	}
	return err
}

// contextTimeout is the end of a context's deadline. Code that has dialled with
// package net asks for context.DeadlineExceeded.
type contextTimeout struct{}

func (contextTimeout) Error() string   { return os.ErrDeadlineExceeded.Error() }
func (contextTimeout) Timeout() bool   { return true }
func (contextTimeout) Temporary() bool { return true }
func (contextTimeout) Unwrap() []error {
	return []error{os.ErrDeadlineExceeded, context.DeadlineExceeded}
}
