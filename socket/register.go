package socket

import (
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// registered reports whether the direction can wait in the poller.
func (t *Turn) registered() bool { return t.d.wait != nil && t.d.wait.conn != nil }

// meet makes the direction ready to wait in the poller, as arm does, registered or
// not.
func (t *Turn) meet(op attempt) error {
	if !t.registered() {
		if err := t.s.register(t.d); err != nil {
			return err
		}
	}
	return t.arm(op)
}

// register gives d, the direction of the caller's turn, the socket's registration
// with the runtime poller. It is made when a call has to park for the first time: a
// socket that never waits never pays for it. That is done on a goroutine of its
// own, for it takes more stack than all the rest of a receive, and that stack would
// be an idle connection's memory; so would be what a channel takes to wait for it.
func (s *Socket) register(d *direction) error {
	r := &registration{s: s, w: d.waiter()}
	go r.make()
	for !r.made.Load() {
		runtime.Gosched()
	}
	return r.err
}

// registration is one under way.
type registration struct {
	s    *Socket
	w    *waiter
	err  error
	made atomic.Bool
}

func (r *registration) make() {
	f, err := r.s.pollFile()
	if err == nil {
		r.w.conn, err = f.SyscallConn()
	}
	r.err = err
	r.s.learnPeer()
	r.made.Store(true)
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
