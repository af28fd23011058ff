package socket

import (
	"slices"
	"time"
)

// A call that something may end while it waits for its turn cannot wait for the
// turn's mutex. It stands in a line of its own instead. As with a sync.Mutex, a call
// that comes at the right moment may take the turn before those in line, which costs
// least, but once the first of them has waited for starving, the turn is handed to it.
const starving = int64(time.Millisecond)

// place is a call's place in line.
type place struct {
	since int64     // when it came, as a value of now
	told  chan bool // that a turn has ended: true hands the turn to this call
}

// announce gives the caller a place in line, of which the ends of turns are told.
func (s *Socket) announce(d *direction) *place {
	p := &place{now(), make(chan bool, 2)} // told once that it may try, and once that it has the turn
	s.mu.Lock()
	defer s.mu.Unlock()
	few := s.seldom().of(d)
	few.line = append(few.line, p)
	d.parking.Add(pkAnnounce)
	return p
}

// leaveLine gives up a place and reports whether the turn had not been handed to it.
func (s *Socket) leaveLine(d *direction, p *place) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.parking.Add(-pkAnnounce)
	few := s.seldom().of(d)
	i := slices.Index(few.line, p)
	if i < 0 {
		return false
	}
	few.line = slices.Delete(few.line, i, i+1)
	return true
}

// end ends the turn of a direction.
func (s *Socket) end(d *direction) {
	d.turn.Unlock()
	if d.parking.Load() >= pkAnnounce {
		s.tell(d)
	}
}

// tell tells the first in line that a turn has ended, or hands the turn to it. If
// another call takes the turn first, that turn ends with a tell of its own.
func (s *Socket) tell(d *direction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	few := s.seldom().of(d)
	if len(few.line) == 0 {
		return
	}
	p := few.line[0]
	if now()-p.since >= starving && d.turn.TryLock() {
		few.line = slices.Delete(few.line, 0, 1)
		p.told <- true
	} else if len(p.told) == 0 {
		p.told <- false
	}
}
