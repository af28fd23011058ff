package socket

import (
	"errors"
	"os"
	"runtime"
	"time"

	"example.com/uds/internal/sys"
)

// register gives w, the waiter of the caller's turn, the socket's registration
// with the runtime poller. It is made when a call has to park for the first
// time: a socket that never waits never pays for it. That is done on a goroutine
// of its own, for it takes more stack than all the rest of a receive: that stack
// would be an idle connection's memory.
func (s *Socket) register(w *waiter) error {
	done := make(chan error)
	go func() { done <- s.registerHere(w) }()
	return <-done
}

func (s *Socket) registerHere(w *waiter) error {
	f, err := s.pollFile()
	if err != nil {
		return err
	}
	w.conn, err = f.SyscallConn()
	return err
}

// pollFile returns the registration, made if need be.
func (s *Socket) pollFile() (*os.File, error) {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.is(factUnwatched) {
		return nil, errUnwatched
	}
	if f := s.poll.Load(); f != nil {
		return f, nil
	}
	if e := sys.SetNonblock(s.fd); e != 0 {
		return nil, sysErr("fcntl", e)
	}
	f := os.NewFile(uintptr(s.fd), "socket")
	s.poll.Store(f)              // it owns the descriptor, whether it is registered or not
	runtime.SetFinalizer(s, nil) // and has a finalizer
	if errors.Is(f.SetDeadline(time.Time{}), os.ErrNoDeadline) {
		s.facts.Or(factUnwatched)
		return nil, errUnwatched
	}
	return f, nil
}

// unarmed ends a call that would have to wait, and can not because of err: with
// what there is already, if the poller takes no more descriptors.
func (t *Turn) unarmed(call string, op attempt, err error) error {
	if err != errUnwatched {
		return err
	}
	e := try(op, t.s)
	if e == sys.EAGAIN {
		return err
	}
	return sysErr(call, e)
}
