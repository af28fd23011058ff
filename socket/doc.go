// Package socket gives Go programs the sockets that package net does not: any
// family and type the kernel knows, on the runtime poller, with deadlines, contexts
// and cancellation, and without an allocation per message.
//
// Its terms are those of socket(2). A [Socket] owns its descriptor: Close releases
// it, and so does the garbage collector for a Socket that was not closed. Every
// descriptor is non-blocking and close-on-exec: on Linux from the moment it exists,
// elsewhere soon after Accept made it.
//
// # Concurrency
//
// All methods may be called at the same time. A socket has two directions,
// receiving, which includes Accept, and sending, which includes Connect. Calls in
// one direction take turns; a call in the other never waits for them. A [Turn]
// holds a direction for several calls in a row.
//
// # Waiting
//
// A call that cannot proceed waits until it can, until its deadline or timeout
// passes (os.ErrDeadlineExceeded), its context ends, Cancel is called
// (context.Canceled) or the socket is closed (net.ErrClosed). A call that has to
// wait may spin for some microseconds before its goroutine parks; SetSpin says how
// long.
//
// # Errors
//
// A kernel error is an *os.SyscallError around a syscall.Errno. So is the error of
// a refused argument, EINVAL, even on a closed socket. The others are
// net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled and ErrWouldBlock. The
// error of a call that a context's deadline ended is context.DeadlineExceeded, too.
package socket
