package uds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Errors that a call of this package may wrap in its *net.OpError.
var (
	// ErrTruncated is what errors.Is finds in every *TruncatedError.
	ErrTruncated = errors.New("message truncated")

	// ErrOOBTruncated says that ancillary data did not fit or could not be made:
	// more descriptors arrived than there was room for, the process reached
	// RLIMIT_NOFILE, or the kernel had no memory for a pidfd. Every descriptor of
	// the message is closed.
	ErrOOBTruncated = errors.New("ancillary data truncated")

	// ErrWouldBlock is the error of a call with FlagNoWait that would have to
	// wait, for the kernel or for another caller.
	ErrWouldBlock = socket.ErrWouldBlock
)

// TruncatedError is the error of a receive whose buffer was too small: the
// buffer is full, and the rest of the message is lost, unless the call peeks. It
// is ErrTruncated.
type TruncatedError struct {
	Size int // the message's full size in bytes (Linux; elsewhere a lower bound)
}

// Error says how long the message was.
func (e *TruncatedError) Error() string {
	return fmt.Sprintf("message of %d bytes truncated", e.Size)
}

// Is reports whether target is ErrTruncated.
func (e *TruncatedError) Is(target error) bool { return target == ErrTruncated }

// errInvalid is the error of a nil or zero connection, as in package net.
var errInvalid = sysError("invalid connection", sys.EINVAL)

// opError wraps err as package net does. io.EOF stays bare, unless a Control
// function returned it, and an error that is already wrapped stays as it is. A
// bad address is EINVAL, as other bad arguments are.
func opError(op, network string, source, addr net.Addr, err error) error {
	if err == nil || err == io.EOF && op != "dial" && op != "listen" {
		return err
	}
	switch e := err.(type) {
	case *net.OpError:
		return e
	case *addrError:
		err = sysError(e.Error(), sys.EINVAL)
	}
	return &net.OpError{Op: op, Net: network, Source: source, Addr: addr, Err: err}
}

// sysError returns the error e of what; what has to read well before ": " and
// e's text.
func sysError(what string, e sys.Errno) error { return os.NewSyscallError(what, e) }

// callError returns the error of a system call that returned e, nil if e is 0.
func callError(call string, e sys.Errno) error {
	if e == 0 {
		return nil
	}
	return sysError(call, e)
}

// isErrno reports whether err is the error number e.
func isErrno(err error, e sys.Errno) bool { return errors.Is(err, e) }

// networkError is the error of a network that is none of those wanted. It is
// EINVAL and, as in package net, a net.UnknownNetworkError.
type networkError struct {
	network string
	want    []string
}

func (e *networkError) Error() string {
	return fmt.Sprintf("network %q, want one of %q", e.network, e.want)
}

func (e *networkError) Unwrap() []error {
	return []error{sys.EINVAL, net.UnknownNetworkError(e.network)}
}

// unknownNetwork returns the error of a network that is none of those wanted.
func unknownNetwork(network string, want ...string) error { return &networkError{network, want} }

// checkArgs returns an error if a call's receiver or context is missing.
func checkArgs(receiver bool, ctx context.Context) error {
	switch {
	case !receiver:
		return sysError("nil or zero receiver", sys.EINVAL)
	case ctx == nil:
		return sysError("nil context", sys.EINVAL)
	}
	return nil
}
