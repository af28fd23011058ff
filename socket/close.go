package socket

import (
	"net"
	"runtime"

	"example.com/uds/internal/sys"
)

// Close closes the socket and releases its descriptor. Calls in progress end with
// net.ErrClosed, and so does a second Close. Close returns when no call uses the
// descriptor any more; called from a function that SyscallConn runs, it would wait
// for itself.
func (s *Socket) Close() error {
	if !s.live() || !s.claim() {
		return net.ErrClosed
	}
	return s.finish()
}

// claim marks the socket as closed and reports whether it was open. A Detach
// that is under way decides first: it may fail and leave the socket open.
func (s *Socket) claim() bool {
	open := s.lockSettled()
	s.r.state.Or(stClosed)
	s.mu.Unlock()
	return open
}

// finish closes the socket, whose receiving direction is marked as closed.
func (s *Socket) finish() error {
	s.w.state.Or(stClosed)
	fd := s.fd() // an evicted call forgets it
	evicted := s.evict()
	if !evicted {
		s.quiesce()
	}
	e := s.release(fd)
	s.end(&s.w)
	if !evicted {
		s.end(&s.r)
	}
	return sysErr("close", e)
}

// Closed reports whether Close has begun.
func (s *Socket) Closed() bool { return s.usable(&s.r) != nil }

// evict is the short way to end the calls in progress, for the most frequent
// case: the only call is a receive that is parked in the poller and waits for
// readiness alone. It marks that receive as evicted and takes the sending turn,
// so that release can close the descriptor at once: the close wakes the receive,
// which then ends without another use of the descriptor. quiesce would wake the
// receive first and wait until it has given its turn back, which costs one more
// change of goroutines. evict reports whether this is the case.
func (s *Socket) evict() bool {
	if !s.w.turn.TryLock() {
		return false
	}
	if s.users.CompareAndSwap(0, drained) {
		if s.r.evict() {
			return true
		}
		s.users.Store(0) // until drain, which waits for those that enter meanwhile
	}
	s.w.turn.Unlock()
	return false
}

// evict marks the parked call as evicted, if it waits for readiness alone: a call
// that the poller repeats may already have its result.
func (d *direction) evict() bool {
	const asks = pkParked | pkAsks
	for {
		p := d.parking.Load()
		if p&asks != asks {
			return false
		}
		if d.parking.CompareAndSwap(p, p|pkEvicted) {
			return true
		}
	}
}

// quiesce ends every call in progress and takes both turns.
func (s *Socket) quiesce() {
	s.kick(&s.r)
	s.kick(&s.w)
	s.r.turn.Lock()
	s.w.turn.Lock()
	s.drain()
}

// release closes the descriptor fd, which nobody uses.
func (s *Socket) release(fd int) sys.Errno {
	if s.is(factPolled) {
		sys.Closing(fd)
		if err := s.poll.Close(); err != nil {
			return sys.EBADF
		}
		return 0
	}
	runtime.SetFinalizer(s, nil) // a registered one has none
	return sys.Close(fd)
}

// control runs a call that belongs to neither direction.
func (s *Socket) control(call string, f func(fd int) sys.Errno) error {
	if !s.live() || !s.enter() {
		return net.ErrClosed
	}
	defer s.leave()
	return sysErr(call, f(s.fd()))
}

// drained is added to users when the socket closes.
const drained = -1 << 30

// enter reports whether the socket is open, and keeps it so until leave.
func (s *Socket) enter() bool {
	for {
		n := s.users.Load()
		if n < 0 {
			return false
		}
		if s.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *Socket) leave() {
	if s.users.Add(-1) == drained {
		close(s.seldom().drained)
	}
}

// drain lets nobody else enter and waits for those inside to leave. It is called
// once.
func (s *Socket) drain() {
	if s.users.CompareAndSwap(0, drained) {
		return
	}
	left := make(chan struct{})
	s.seldom().drained = left
	if s.users.Add(drained) != drained {
		<-left
	}
}
