package socket

import (
	"net"
	"runtime"
	"sync/atomic"

	"example.com/uds/internal/sys"
)

// Close closes the socket and releases its descriptor. Calls in progress end
// with net.ErrClosed, and so does a second Close. Close returns when no call
// uses the descriptor any more; called from within a function that SyscallConn
// runs it would wait for itself.
func (s *Socket) Close() error {
	if !s.live || !s.claim() {
		return net.ErrClosed
	}
	return s.finish()
}

// claim marks the socket as closed and reports whether it was open. A Detach
// that is under way decides first: it may fail and leave the socket open.
func (s *Socket) claim() bool {
	open := s.lockSettled()
	s.r.state.Or(stClosed)
	s.r.mu.Unlock()
	return open
}

// finish closes the socket, whose receiving direction is marked as closed.
func (s *Socket) finish() error {
	s.quiesce()
	e := s.release()
	s.w.end()
	s.r.end()
	return sysErr("close", e)
}

// Closed reports whether Close has begun.
func (s *Socket) Closed() bool { return s.usable(&s.r) != nil }

// quiesce ends every call in progress and takes both turns.
func (s *Socket) quiesce() {
	s.w.state.Or(stClosed)
	s.kick(&s.r)
	s.kick(&s.w)
	s.r.turn.Lock()
	s.w.turn.Lock()
	s.users.drain()
}

// release closes the descriptor, which nobody uses.
func (s *Socket) release() sys.Errno {
	runtime.SetFinalizer(s, nil)
	if p := s.poll.Load(); p != nil {
		sys.Closing(s.fd)
		if err := p.file.Close(); err != nil {
			return sys.EBADF
		}
		return 0
	}
	return sys.Close(s.fd)
}

// control runs a call that belongs to neither direction.
func (s *Socket) control(call string, f func(fd int) sys.Errno) error {
	if !s.live || !s.users.enter() {
		return net.ErrClosed
	}
	defer s.users.leave()
	return sysErr(call, f(s.fd))
}

// users counts the calls outside the two directions that use the descriptor.
type users struct {
	n    atomic.Int32
	done chan struct{}
}

// drained is added to users.n when the socket closes.
const drained = -1 << 30

// enter reports whether the socket is open, and keeps it so until leave.
func (u *users) enter() bool {
	for {
		n := u.n.Load()
		if n < 0 {
			return false
		}
		if u.n.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (u *users) leave() {
	if u.n.Add(-1) == drained {
		close(u.done)
	}
}

// drain lets nobody enter and waits for the others to leave. It is called once.
func (u *users) drain() {
	if u.n.CompareAndSwap(0, drained) {
		return
	}
	u.done = make(chan struct{})
	if u.n.Add(drained) != drained {
		<-u.done
	}
}
