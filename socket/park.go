package socket

import (
	"net"
	"time"
)

// Bits of direction.parking.
const (
	pkParked   = 1 << iota // a call waits, or is about to wait, in the poller
	pkAsks                 // that call waits for readiness alone
	pkEvicted              // Close has closed that call's descriptor
	pkAnnounce = 1 << 3    // the unit in which announcements are counted
)

// setParked marks the call as parked, and tells the poller when the call ends by
// itself: by its deadline or timeout. If the call must already end, setParked
// returns the error. From here on whoever does what could end the call (Close,
// Cancel, Shutdown, a new deadline) has to wake it: see kick. The order matters:
// they change the state and then look for a parked call, whereas setParked parks
// and then looks at the state.
func (t *Turn) setParked(asks bool) error {
	d := t.d
	d.park(asks)
	if t.quiet() && t.s.applied(d) == 0 {
		return nil
	}
	t.s.mu.Lock()
	err := t.applyLimits()
	t.s.mu.Unlock()
	if err != nil && !d.unpark() {
		return t.evicted()
	}
	return err
}

// evicted ends a call whose descriptor Close has closed. The rest of the turn must
// not use the number, which may already be another file's.
func (t *Turn) evicted() error {
	t.s.num = -1
	return net.ErrClosed
}

// applyLimits tells the poller when the call ends by itself, or to wake it at once
// if it has to look around. The caller holds s.mu.
func (t *Turn) applyLimits() error {
	s, d := t.s, t.d
	if err := t.check(); err != nil {
		return err
	}
	s.seldom().of(d).limit = t.limit
	if t.shut() || d.state.Load()&stDetach != 0 {
		return s.setPoller(d, base, kicked)
	}
	return s.apply(d)
}

// park marks the call whose turn it is as parked.
func (d *direction) park(asks bool) {
	if asks {
		d.parking.Or(pkParked | pkAsks)
	} else {
		d.parking.Or(pkParked)
	}
}

// unpark undoes park. It reports whether the call may go on, that is, was not
// evicted.
func (d *direction) unpark() bool {
	marks := d.parking.Load() & (pkParked | pkAsks) // nobody else changes them
	return d.parking.Add(-marks)&pkEvicted == 0
}

// parked reports whether a call waits, or is about to wait, in the poller.
func (d *direction) parked() bool { return d.parking.Load()&pkParked != 0 }

// applied returns the deadline that the poller has.
func (s *Socket) applied(d *direction) int64 {
	if few := s.few(); few != nil {
		return few.of(d).applied.Load()
	}
	return 0
}

// apply gives the poller the earlier of the deadline and the parked call's
// limit. The caller holds s.mu.
func (s *Socket) apply(d *direction) error {
	few := s.seldom().of(d)
	end := earlier(s.deadline(d), few.limit)
	if end == few.applied.Load() {
		return nil
	}
	var at time.Time
	if end != 0 {
		at = base.Add(time.Duration(end))
	}
	return s.setPoller(d, at, end)
}

// setPoller sets the poller's deadline to at and notes it as applied. The caller
// holds s.mu.
func (s *Socket) setPoller(d *direction, at time.Time, applied int64) error {
	var err error
	if d.sends {
		err = s.poll.SetWriteDeadline(at)
	} else {
		err = s.poll.SetReadDeadline(at)
	}
	if err == nil {
		s.seldom().of(d).applied.Store(applied)
	}
	return err
}

// kicked is the applied deadline of a direction that was kicked: the next call
// to park, or the kicked one if it parks again, sets its own.
const kicked = -1

// kick wakes the parked call, if there is one, with a deadline in the past, so that
// it looks again at what could have ended it. If nothing has, it parks again: a
// kick may reach the call after the one that it was meant for. In the sending
// direction kick also wakes the sends that wait for a full receiver.
func (s *Socket) kick(d *direction) {
	s.mu.Lock()
	if d.parked() {
		_ = s.setPoller(d, base, kicked)
	}
	s.mu.Unlock()
	if d.sends {
		s.kickFull()
	}
}
