package socket

import (
	"net"
	"os"
)

// Detach closes s and returns its socket as a file, which is the caller's. Calls in
// progress end with net.ErrClosed. ready, unless it is nil, is called first, while
// no receive touches the socket and none begins. If it fails, or no descriptor is
// available, Detach returns that error and nothing has changed: no call notices.
// The same holds if ready panics or ends its goroutine, which is Detach's.
func (s *Socket) Detach(ready func() error) (*os.File, error) {
	f, err := s.File()
	if err != nil {
		return nil, err
	}
	detached := false
	defer func() {
		if !detached {
			f.Close()
		}
	}()
	if err := s.detach(ready); err != nil {
		return nil, err
	}
	detached = true
	return f, nil
}

// detaching is a Detach that is under way. It is decided in the receiving turn: in
// one of its own, or in that of a call which lends it. So a parked call need not
// leave for it, and goes on if the socket stays open.
type detaching struct {
	lent chan struct{} // told by a call that lends its turn until done
	done chan struct{} // closed when it is decided
}

// detach closes s if ready agrees.
func (s *Socket) detach(ready func() error) error {
	p := &detaching{lent: make(chan struct{}), done: make(chan struct{})}
	if !s.propose(p) {
		return net.ErrClosed
	}
	s.kick(&s.r)
	if err := s.decide(p, ready); err != nil {
		return err
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
	s.mu.Unlock()
	return open
}

// lockSettled locks s.mu at a time when no Detach is under way, and reports
// whether the socket is open.
func (s *Socket) lockSettled() bool {
	for {
		s.mu.Lock()
		p := s.detaching()
		if p == nil {
			return s.r.state.Load()&stClosed == 0
		}
		s.mu.Unlock()
		<-p.done
	}
}

// detaching returns the Detach that is under way, or nil. The caller holds
// s.mu.
func (s *Socket) detaching() *detaching {
	if few := s.few(); few != nil {
		return few.detaching
	}
	return nil
}

// decide asks ready in the receiving turn, and closes that direction if it agrees.
func (s *Socket) decide(p *detaching, ready func() error) (err error) {
	if s.borrow(p) {
		defer s.end(&s.r)
	}
	agreed := false
	defer func() { s.settle(p, agreed) }()
	if ready != nil {
		err = ready()
	}
	agreed = err == nil
	return err
}

// borrow waits for the receiving turn, and reports whether it has to be ended: not
// if another call lends its own until p is done.
func (s *Socket) borrow(p *detaching) bool {
	place := s.announce(&s.r)
	has := s.awaitTurnOrLoan(p, place)
	if handed := !s.leaveLine(&s.r, place); handed && !has {
		s.end(&s.r)
	} else if !has {
		s.tell(&s.r)
	}
	return has
}

// awaitTurnOrLoan waits in line for the receiving turn, and reports whether that came
// before a loan.
func (s *Socket) awaitTurnOrLoan(p *detaching, place *place) bool {
	for !s.r.turn.TryLock() {
		select {
		case handed := <-place.told:
			if handed {
				return true
			}
		case <-p.lent:
			return false
		}
	}
	return true
}

// settle ends p. If it is agreed, the receiving direction is closed.
func (s *Socket) settle(p *detaching, agreed bool) {
	s.mu.Lock()
	if agreed {
		s.r.state.Or(stClosed)
	}
	s.r.state.And(^uint32(stDetach))
	s.seldom().detaching = nil
	s.mu.Unlock()
	close(p.done)
}

// lend lends the turn to the Detach that waits for one, if there is one. The call
// is between two tries.
func (t *Turn) lend() {
	if !t.d.sends && t.d.state.Load()&stDetach != 0 {
		t.s.lend()
	}
}

func (s *Socket) lend() {
	s.mu.Lock()
	p := s.detaching()
	s.mu.Unlock()
	if p != nil {
		p.lent <- struct{}{} // it waits for this or for the turn
		<-p.done
	}
}
