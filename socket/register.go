package socket

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"time"

	"example.com/uds/internal/sys"
)

// registered reports whether calls can wait in the poller.
func (s *Socket) registered() bool { return s.is(factPolled) && !s.is(factUnwatched) }

// register registers the socket with the runtime poller. That is done when a call
// has to park for the first time: a socket that never waits never pays for it. It
// is done on a goroutine of its own, because it takes more stack than all the rest
// of a receive, and that stack would stay an idle connection's memory. Registering
// again is no error.
func (s *Socket) register() error {
	r := registrations.Get().(*registration)
	r.s = s
	go r.run()
	err := <-r.done
	r.s = nil
	registrations.Put(r)
	return err
}

// registration is what the caller of register and that goroutine share. It is
// pooled together with its run function: an allocation may take as much stack.
type registration struct {
	s    *Socket
	done chan error
	run  func()
}

var registrations = sync.Pool{New: func() any {
	r := &registration{done: make(chan error)}
	r.run = func() {
		err := r.s.startPolling()
		r.s.learnPeer()
		r.done <- err
	}
	return r
}}

// startPolling makes the poller watch the socket, unless it does already.
func (s *Socket) startPolling() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.is(factUnwatched) {
		return errUnwatched
	}
	if s.is(factPolled) {
		return nil
	}
	if e := sys.SetNonblock(s.fd()); e != 0 {
		return sysErr("fcntl", e)
	}
	if e := startPoller(s.fd()); e != 0 {
		return sysErr("epoll_create1", e)
	}
	f := os.NewFile(uintptr(s.fd()), "socket")
	watched := !errors.Is(f.SetDeadline(time.Time{}), os.ErrNoDeadline)
	if !watched {
		s.facts.Or(factUnwatched)
	}
	s.poll = *f // saves an allocation: an os.File is a pointer to what has the finalizer
	s.facts.Or(factPolled)
	runtime.SetFinalizer(s, nil) // f's pointee owns the descriptor, watched or not
	if !watched {
		return errUnwatched
	}
	return nil
}
