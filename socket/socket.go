package socket

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// Socket is a socket of any family and type. It is made by New, Pair, FromFile,
// Accept and Clone; the zero value is closed, and a nil pointer panics. All methods
// are safe for concurrent use.
type Socket struct {
	more atomic.Pointer[extra]
	poll os.File    // the socket as the runtime's poller knows it; set under mu, valid once factPolled is set
	mu   sync.Mutex // guards what may end a waiting call, and the registration

	num    int32         // the descriptor: see fd
	facts  atomic.Uint32 // factFresh …
	users  atomic.Int32  // calls outside the two directions that use the descriptor
	family int16
	typ    int8 // 0: not made by a constructor
	clean  bool // the next message has no descriptor: this receive may bypass the scheduler; belongs to the receiving turn

	r, w direction
}

// Bits of Socket.facts.
const (
	factFresh         = 1 << iota // made by New, and neither Connect nor Listen was called
	factShared                    // a Clone may receive from the socket at the same time
	factPeerHere                  // the other end is in this process
	factPeerElsewhere             // it may be in another one; this overrides factPeerHere
	factPolled                    // poll is set
	factUnwatched                 // poll is set, but not registered
	factRaw                       // no descriptor can ever arrive: receives may bypass the scheduler
)

func (s *Socket) is(fact uint32) bool { return s.facts.Load()&fact != 0 }

// fd returns the descriptor, or -1 after an evicted call has forgotten it.
func (s *Socket) fd() int { return int(s.num) }

// live reports whether a constructor made s.
func (s *Socket) live() bool { return s.typ != 0 }

// New makes a socket, as socket(2) does. The caller closes it. SOCK_NONBLOCK
// and SOCK_CLOEXEC need not be given: every socket has them.
func New(family, typ, proto int) (*Socket, error) {
	if family == Missing || typ == Missing || proto == Missing {
		return nil, Unsupported("socket")
	}
	if err := fits("socket", family, typ, proto); err != nil {
		return nil, err
	}
	fd, e := sys.Socket(family, typ, proto)
	if e != 0 {
		return nil, sysErr("socket", e)
	}
	s := adopt(fd, family, typ&^sys.SockFlags, proto)
	s.facts.Or(factFresh)
	return s, nil
}

// Pair makes two connected sockets, as socketpair(2) does. The caller closes
// both.
func Pair(family, typ, proto int) (*Socket, *Socket, error) {
	if family == Missing || typ == Missing || proto == Missing {
		return nil, nil, Unsupported("socketpair")
	}
	if err := fits("socketpair", family, typ, proto); err != nil {
		return nil, nil, err
	}
	fds, e := sys.Pair(family, typ, proto)
	if e != 0 {
		return nil, nil, sysErr("socketpair", e)
	}
	typ &^= sys.SockFlags
	a, b := adopt(fds[0], family, typ, proto), adopt(fds[1], family, typ, proto)
	a.extra().pair = new(atomic.Bool)
	b.extra().pair = a.pair()
	return a, b, nil
}

// fits returns the error of a number that has more than 32 bits: the kernel would
// truncate it and take it for another.
func fits(call string, family, typ, proto int) error {
	for _, c := range []struct {
		name string
		n    int
		e    sys.Errno
	}{{"family", family, sys.EAFNOSUPPORT}, {"type", typ, sys.EINVAL}, {"protocol", proto, sys.EINVAL}} {
		if c.n != int(int32(c.n)) {
			return sysErr(fmt.Sprintf("%s of %s %d, which has more than 32 bits", call, c.name, c.n), c.e)
		}
	}
	return nil
}

// FromFile makes a socket from a duplicate of f, which stays the caller's. The open
// file description, which both share, becomes non-blocking. The error of a file
// that is not a socket is ENOTSOCK.
func FromFile(f *os.File) (*Socket, error) {
	rc, err := f.SyscallConn()
	if err != nil {
		return nil, sysErr("fcntl", sys.EINVAL)
	}
	var s *Socket
	cerr := rc.Control(func(fd uintptr) { s, err = fromFD(int(fd)) })
	if cerr != nil {
		return nil, net.ErrClosed
	}
	return s, err
}

// fromFD is FromFile for a descriptor that stays open meanwhile.
func fromFD(fd int) (*Socket, error) {
	typ, e := sys.GetsockoptInt(fd, sys.SolSocket, sys.SoType)
	if e != 0 {
		return nil, sysErr("getsockopt", e)
	}
	family, e := domain(fd)
	if e != 0 {
		return nil, sysErr("getsockname", e)
	}
	proto, e := sys.GetsockoptInt(fd, sys.SolSocket, sys.SoProtocol)
	if e != 0 {
		proto = 0 // AIX and others have no SO_PROTOCOL
	}
	nfd, e := sys.Dup(fd)
	if e != 0 {
		return nil, sysErr("fcntl", e)
	}
	if e := sys.SetNonblock(nfd); e != 0 {
		sys.Close(nfd)
		return nil, sysErr("fcntl", e)
	}
	s := adopt(nfd, family, typ, proto)
	s.noteShut()
	s.otherProcess()
	return s, nil
}

// domain returns the family of a socket: SO_DOMAIN, or that of its own address on a
// system without this option.
func domain(fd int) (int, sys.Errno) {
	if family, e := sys.GetsockoptInt(fd, sys.SolSocket, sys.SoDomain); e == 0 {
		return family, 0
	}
	sa, e := sys.Sockname(fd)
	return sa.Family(), e
}

// adopt makes a Socket that owns fd.
func adopt(fd, family, typ, proto int) *Socket {
	s := &Socket{num: int32(fd), family: int16(family), typ: int8(typ)}
	s.w.sends = true
	if proto != 0 {
		s.seldom().proto = proto
	}
	runtime.SetFinalizer(s, (*Socket).collect)
	_ = startPoller(fd) // if it lacks descriptors, the first call that parks tries again
	return s
}

// collect closes the descriptor of a socket that nobody refers to. It does not call
// Close, which would wait for a turn that was never ended, and would hold up every
// other finalizer of the process.
func (s *Socket) collect() { sys.Close(s.fd()) }

// inherit gives s, a new socket with the kernel options of other, the facts that
// follow from them.
func (s *Socket) inherit(other *Socket) { s.facts.Or(other.facts.Load() & factRaw) }

// rawNow reports whether the receive at hand may bypass the scheduler.
func (s *Socket) rawNow() bool { return s.clean || s.is(factRaw) && !s.crowded(&s.r) }

// Family returns the address family, such as AF_UNIX.
func (s *Socket) Family() int { return int(s.family) }

// Type returns the socket type, such as SOCK_SEQPACKET.
func (s *Socket) Type() int { return int(s.typ) }

// Protocol returns the protocol number that the socket was made with, 0 if New was
// left to choose. For a socket of FromFile it is the kernel's (SO_PROTOCOL).
func (s *Socket) Protocol() int {
	if few := s.few(); few != nil {
		return few.proto
	}
	return 0
}

// Shutdown ends receiving, sending or both, as shutdown(2) does; how is ShutRead,
// ShutWrite or ShutBoth. A waiting receive, and every later one, first gets what is
// still queued and then the end, a count of zero; an Accept fails with EINVAL and a
// send with EPIPE. Shutdown wakes the waiting calls that the kernel does not.
func (s *Socket) Shutdown(how int) error {
	if how < ShutRead || how > ShutBoth {
		return sysErr("shutdown", sys.EINVAL)
	}
	if err := s.control("shutdown", func(fd int) sys.Errno { return sys.Shutdown(fd, how) }); err != nil {
		return err
	}
	if how != ShutWrite {
		s.r.state.Or(stShut)
		s.kick(&s.r)
	}
	if how != ShutRead {
		s.kick(&s.w)
	}
	return nil
}

// How Shutdown ends a direction.
const (
	ShutRead  = 0
	ShutWrite = 1
	ShutBoth  = 2
)

// base is where now counts from; it lies in the past, so that no deadline is
// zero by accident.
var base = time.Now().Add(-time.Second)

// now is a monotonic clock in nanoseconds.
func now() int64 { return int64(time.Since(base)) }
