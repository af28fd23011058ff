package socket

import (
	"fmt"
	"time"

	"example.com/uds/internal/sys"
)

// TakeError returns the socket's pending error, a syscall.Errno, or nil if there is
// none, and clears it (SO_ERROR).
func (s *Socket) TakeError() error {
	e, err := s.Int(SolSocket, SoError)
	if err != nil || e == 0 {
		return err
	}
	return sys.Errno(e)
}

// AcceptConn reports whether the socket listens (SO_ACCEPTCONN).
func (s *Socket) AcceptConn() (bool, error) { return s.Bool(SolSocket, SoAcceptconn) }

// Debug returns SO_DEBUG.
func (s *Socket) Debug() (bool, error) { return s.Bool(SolSocket, SoDebug) }

// SetDebug sets SO_DEBUG, for which Linux wants CAP_NET_ADMIN.
func (s *Socket) SetDebug(on bool) error { return s.SetBool(SolSocket, SoDebug, on) }

// ReuseAddr returns SO_REUSEADDR.
func (s *Socket) ReuseAddr() (bool, error) { return s.Bool(SolSocket, SoReuseaddr) }

// SetReuseAddr lets Bind use an address again that old connections still hold
// (SO_REUSEADDR).
func (s *Socket) SetReuseAddr(on bool) error { return s.SetBool(SolSocket, SoReuseaddr, on) }

// ReusePort returns SO_REUSEPORT.
func (s *Socket) ReusePort() (bool, error) { return s.Bool(SolSocket, SoReuseport) }

// SetReusePort lets several sockets that all have this option bind to one address:
// the kernel distributes connections and datagrams among them (SO_REUSEPORT,
// Linux). It must come before Bind.
func (s *Socket) SetReusePort(on bool) error { return s.SetBool(SolSocket, SoReuseport, on) }

// KeepAlive returns SO_KEEPALIVE.
func (s *Socket) KeepAlive() (bool, error) { return s.Bool(SolSocket, SoKeepalive) }

// SetKeepAlive makes the kernel probe an idle connection (SO_KEEPALIVE).
func (s *Socket) SetKeepAlive(on bool) error { return s.SetBool(SolSocket, SoKeepalive, on) }

// Broadcast returns SO_BROADCAST.
func (s *Socket) Broadcast() (bool, error) { return s.Bool(SolSocket, SoBroadcast) }

// SetBroadcast permits sending to broadcast addresses (SO_BROADCAST).
func (s *Socket) SetBroadcast(on bool) error { return s.SetBool(SolSocket, SoBroadcast, on) }

// DontRoute returns SO_DONTROUTE.
func (s *Socket) DontRoute() (bool, error) { return s.Bool(SolSocket, SoDontroute) }

// SetDontRoute sends to hosts on the same network only (SO_DONTROUTE).
func (s *Socket) SetDontRoute(on bool) error { return s.SetBool(SolSocket, SoDontroute, on) }

// OOBInline returns SO_OOBINLINE.
func (s *Socket) OOBInline() (bool, error) { return s.Bool(SolSocket, SoOobinline) }

// SetOOBInline leaves urgent data in the stream (SO_OOBINLINE).
func (s *Socket) SetOOBInline(on bool) error { return s.SetBool(SolSocket, SoOobinline, on) }

// Linger returns SO_LINGER in seconds, a negative number while it is off.
func (s *Socket) Linger() (seconds int, err error) { return s.LingerOption(SolSocket, SoLinger) }

// SetLinger sets what Close does to a stream with unsent data: a negative number of
// seconds leaves sending it to the kernel (the default), 0 drops it and resets the
// connection, and a positive number makes Close wait for at most that long
// (SO_LINGER).
func (s *Socket) SetLinger(seconds int) error { return s.SetLingerOption(SolSocket, SoLinger, seconds) }

// ReadBuffer returns SO_RCVBUF in bytes.
func (s *Socket) ReadBuffer() (bytes int, err error) { return s.Int(SolSocket, SoRcvbuf) }

// SetReadBuffer sets SO_RCVBUF in bytes. Linux doubles it and limits it to
// twice net.core.rmem_max. Less than zero is EINVAL.
func (s *Socket) SetReadBuffer(bytes int) error { return s.setSize(SoRcvbuf, bytes) }

// WriteBuffer returns SO_SNDBUF in bytes.
func (s *Socket) WriteBuffer() (bytes int, err error) { return s.Int(SolSocket, SoSndbuf) }

// SetWriteBuffer sets SO_SNDBUF in bytes. Linux doubles it and limits it to
// twice net.core.wmem_max. Less than zero is EINVAL.
func (s *Socket) SetWriteBuffer(bytes int) error { return s.setSize(SoSndbuf, bytes) }

// setSize sets an option that is a size. Linux takes a negative one for the
// largest there is: __sock_set_rcvbuf in net/core/sock.c.
func (s *Socket) setSize(name, bytes int) error {
	if bytes < 0 {
		return optionValueError(SolSocket, name, bytes, "zero and more")
	}
	return s.SetInt(SolSocket, name, bytes)
}

// ReadLowWater returns SO_RCVLOWAT in bytes.
func (s *Socket) ReadLowWater() (bytes int, err error) { return s.Int(SolSocket, SoRcvlowat) }

// SetReadLowWater sets how many bytes a stream must have before a call that waits
// for them wakes (SO_RCVLOWAT). Linux honours it on TCP; a call that need not wait
// takes fewer.
func (s *Socket) SetReadLowWater(bytes int) error { return s.SetInt(SolSocket, SoRcvlowat, bytes) }

// WriteLowWater returns SO_SNDLOWAT in bytes, on Linux always 1.
func (s *Socket) WriteLowWater() (bytes int, err error) { return s.Int(SolSocket, SoSndlowat) }

// SetWriteLowWater sets SO_SNDLOWAT in bytes; on Linux the error is ENOPROTOOPT.
func (s *Socket) SetWriteLowWater(bytes int) error { return s.SetInt(SolSocket, SoSndlowat, bytes) }

// KernelReadTimeout returns SO_RCVTIMEO; zero is none.
func (s *Socket) KernelReadTimeout() (time.Duration, error) { return s.Timeval(SolSocket, SoRcvtimeo) }

// SetKernelReadTimeout sets SO_RCVTIMEO. It bounds blocking calls, which only
// another holder of the descriptor can make: this package's are non-blocking
// and heed SetReadTimeout.
func (s *Socket) SetKernelReadTimeout(d time.Duration) error {
	return s.SetTimeval(SolSocket, SoRcvtimeo, d)
}

// KernelWriteTimeout returns SO_SNDTIMEO; zero is none.
func (s *Socket) KernelWriteTimeout() (time.Duration, error) {
	return s.Timeval(SolSocket, SoSndtimeo)
}

// SetKernelWriteTimeout sets SO_SNDTIMEO, with no more effect on this package's
// calls than SetKernelReadTimeout: they heed SetWriteTimeout.
func (s *Socket) SetKernelWriteTimeout(d time.Duration) error {
	return s.SetTimeval(SolSocket, SoSndtimeo, d)
}

// Device returns the name of the interface that the socket is bound to, or ""
// (SO_BINDTODEVICE, Linux).
func (s *Socket) Device() (string, error) { return s.StringOption(SolSocket, SoBindtodevice) }

// BindToDevice binds the socket to an interface by name, or to none with ""
// (SO_BINDTODEVICE, Linux). It has no effect on AF_PACKET, which is bound to an
// interface by Bind.
func (s *Socket) BindToDevice(name string) error {
	if len(name) > maxDevice {
		return optionValueError(SolSocket, SoBindtodevice, name, fmt.Sprintf("a name of 0 to %d bytes", maxDevice))
	}
	return s.SetStringOption(SolSocket, SoBindtodevice, name)
}

// maxDevice is the length in bytes of the longest name of an interface: IFNAMSIZ
// less the NUL byte that ends it. The kernel cuts a longer one, which may then
// name another interface: sock_setbindtodevice in net/core/sock.c.
const maxDevice = 15
