package socket

import (
	"fmt"
	"net"
	"os"
)

// Detach closes s and returns its socket as a file, which is the caller's.
// Calls in progress end with net.ErrClosed. ready, unless it is nil, is called
// first, perhaps in another goroutine, while no receive touches the socket and
// none begins; if it fails, or no descriptor is to be had, Detach returns that
// error and nothing has changed: no call notices. A panic in ready is that of
// Detach.
func (s *Socket) Detach(ready func() error) (*os.File, error) {
	f, err := s.File()
	if err != nil {
		return nil, err
	}
	if err := s.detach(ready); err != nil {
		f.Close()
		if p, ok := err.(panicked); ok {
			panic(p.value)
		}
		return nil, err
	}
	return f, nil
}

// detaching is a Detach that is under way. It is decided in the receiving turn,
// by whoever has that: a parked call need not leave for it, and goes on if the
// socket stays open.
type detaching struct {
	ready func() error
	err   error         // why the socket stays open; valid when done is closed
	done  chan struct{} // closed when it is decided
}

// ask calls ready. A panic is a refusal, which goes on in who called Detach.
func (p *detaching) ask() (err error) {
	if p.ready == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = panicked{v}
		}
	}()
	return p.ready()
}

// panicked is a refusal by panic.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// detach closes s if ready agrees.
func (s *Socket) detach(ready func() error) error {
	p := &detaching{ready: ready, done: make(chan struct{})}
	if !s.propose(p) {
		return net.ErrClosed
	}
	s.kick(&s.r)
	s.awaitDecision(p)
	if p.err != nil {
		return p.err
	}
	return s.finish()
}

// propose makes p the Detach that is under way, unless the socket is closed.
func (s *Socket) propose(p *detaching) bool {
	open := s.lockSettled()
	if open {
		s.seldom().detaching = p
		s.r.state.Or(stDetach)
	}
	s.r.mu.Unlock()
	return open
}

// lockSettled locks s.r.mu at a time when no Detach is under way, and reports
// whether the socket is open.
func (s *Socket) lockSettled() bool {
	for {
		s.r.mu.Lock()
		p := s.detaching()
		if p == nil {
			return s.r.state.Load()&stClosed == 0
		}
		s.r.mu.Unlock()
		<-p.done
	}
}

// detaching returns the Detach that is under way, or nil. The caller holds
// s.r.mu.
func (s *Socket) detaching() *detaching {
	if few := s.few.Load(); few != nil {
		return few.detaching
	}
	return nil
}

// awaitDecision waits until p is decided: by the caller who has the receiving
// turn, or in a turn of its own.
func (s *Socket) awaitDecision(p *detaching) {
	freed := s.announce(&s.r)
	defer s.r.timed.Add(-1)
	for !s.r.turn.TryLock() {
		select {
		case <-freed:
		case <-p.done:
			return
		}
	}
	s.decide()
	s.end(&s.r)
}

// decide settles the Detach that is under way, if there is one. The caller has
// the receiving turn and is between two tries.
func (s *Socket) decide() {
	s.r.mu.Lock()
	p := s.detaching()
	s.r.mu.Unlock()
	if p == nil {
		return
	}
	p.err = p.ask()
	s.r.mu.Lock()
	if p.err == nil {
		s.r.state.Or(stClosed)
	}
	s.r.state.And(^uint32(stDetach))
	s.seldom().detaching = nil
	s.r.mu.Unlock()
	close(p.done)
}

// decide settles the Detach that waits for the turn, if there is one.
func (t *Turn) decide() {
	if !t.d.sends && t.d.state.Load()&stDetach != 0 {
		t.s.decide()
	}
}
