package socket

import (
	"net"
	"os"
	"time"
)

// Bits of direction.parking.
const (
	pkParked   = 1 << iota // a call waits, or is about to wait, in the poller
	pkAsks                 // for readiness alone
	pkEvicted              // Close has closed the descriptor behind it
	pkAnnounce = 1 << 3    // the unit in which announcements are counted
)

// setParked marks the call as parked, and tells the poller when the call ends by
// itself: by its deadline or timeout. If the call has to end already, it returns
// that error. From here on whoever does what could end the call (Close, Cancel,
// Shutdown, a new deadline) has to wake it: see kick. The order matters: they
// change the state and then look for a parked call, this parks and then looks at
// the state.
func (t *Turn) setParked() error {
	d := t.d
	d.park()
	if t.quiet() && d.wait.applied.Load() == 0 {
		return nil
	}
	d.mu.Lock()
	err := t.applyLimits()
	d.mu.Unlock()
	if err != nil && !d.unpark() {
		return net.ErrClosed
	}
	return err
}

// applyLimits tells the poller when the call ends by itself, at once if it is to
// look around. The caller holds d.mu.
func (t *Turn) applyLimits() error {
	d := t.d
	if err := t.check(); err != nil {
		return err
	}
	d.wait.limit = t.limit
	if t.shut() || d.state.Load()&stDetach != 0 {
		return d.setPoller(t.s.poll.Load(), base, kicked)
	}
	return d.apply(t.s)
}

// park marks the call whose turn it is as parked.
func (d *direction) park() { d.parking.Add(d.wait.parkedAs()) }

// unpark is the end of park. It reports whether the call may go on: it was not
// evicted.
func (d *direction) unpark() bool { return d.parking.Add(-d.wait.parkedAs())&pkEvicted == 0 }

// parked reports whether a call waits, or is about to wait, in the poller.
func (d *direction) parked() bool { return d.parking.Load()&pkParked != 0 }

// parkedAs are the bits of a parked call.
func (w *waiter) parkedAs() int32 {
	if w.asks {
		return pkParked | pkAsks
	}
	return pkParked
}

// apply gives the poller the earlier of the deadline and the parked call's
// limit. The caller holds d.mu.
func (d *direction) apply(s *Socket) error {
	end := earlier(d.deadline.Load(), d.wait.limit)
	if end == d.wait.applied.Load() {
		return nil
	}
	var at time.Time
	if end != 0 {
		at = base.Add(time.Duration(end))
	}
	return d.setPoller(s.poll.Load(), at, end)
}

// setPoller sets the poller's deadline to at and notes it as applied. The caller
// holds d.mu.
func (d *direction) setPoller(f *os.File, at time.Time, applied int64) error {
	var err error
	if d.sends {
		err = f.SetWriteDeadline(at)
	} else {
		err = f.SetReadDeadline(at)
	}
	if err == nil {
		d.wait.applied.Store(applied)
	}
	return err
}

// kicked is the applied deadline of a direction that was kicked: the next call
// to park, or the kicked one if it parks again, sets its own.
const kicked = -1

// kick wakes the parked call, if there is one, by a deadline in the past, so that
// it looks again at what could have ended it. If nothing has, it parks again: a
// kick may also meet the call after the one that it was for. Of the sending
// direction the sends that wait for a full receiver are woken too.
func (s *Socket) kick(d *direction) {
	d.mu.Lock()
	if d.parked() {
		_ = d.setPoller(s.poll.Load(), base, kicked)
	}
	d.mu.Unlock()
	if d.sends {
		s.kickFull()
	}
}
