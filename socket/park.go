package socket

import (
	"os"
	"sync/atomic"
	"time"
)

// setParked marks the call as parked and tells the poller when the call ends by
// itself: by its deadline or timeout. If the call has to end already, it returns
// that error. From here on whoever does what could end the call (Close, Cancel,
// Shutdown, a new deadline) has to wake it: see kick.
func (t *Turn) setParked() error {
	d := t.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := t.check(); err != nil {
		return err
	}
	d.noteParked(true)
	d.wait.limit = t.limit
	if t.shut() || d.state.Load()&stDetach != 0 {
		return d.setPoller(t.s.poll.Load(), base, kicked)
	}
	return d.apply(t.s)
}

// setUnparked reports whether the call may go on: it was not evicted.
func (d *direction) setUnparked() bool {
	d.mu.Lock()
	d.noteParked(false)
	evicted := d.wait.evicted
	d.mu.Unlock()
	return !evicted
}

// parkedCalls counts the calls that wait in the poller, of all sockets.
var parkedCalls atomic.Int32

// noteParked notes whether a call waits in the poller. The caller holds d.mu.
func (d *direction) noteParked(parked bool) {
	switch {
	case parked && !d.parked:
		parkedCalls.Add(1)
	case !parked && d.parked:
		parkedCalls.Add(-1)
	}
	d.parked = parked
}

// apply gives the poller the earlier of the deadline and the parked call's
// limit. The caller holds d.mu.
func (d *direction) apply(s *Socket) error {
	end := earlier(d.deadline.Load(), d.wait.limit)
	if end == d.wait.applied {
		return nil
	}
	var at time.Time
	if end != 0 {
		at = base.Add(time.Duration(end))
	}
	return d.setPoller(s.poll.Load(), at, end)
}

// setPoller sets the poller's deadline to at and notes it as applied.
func (d *direction) setPoller(f *os.File, at time.Time, applied int64) error {
	var err error
	if d.sends {
		err = f.SetWriteDeadline(at)
	} else {
		err = f.SetReadDeadline(at)
	}
	if err == nil {
		d.wait.applied = applied
	}
	return err
}

// kicked is the applied deadline of a direction that was kicked: the next call
// to park, or the kicked one if it parks again, sets its own.
const kicked = -1

// kick wakes the parked call, if there is one, by a deadline in the past, so that
// it looks again at what could have ended it. If nothing has, it parks again. Of
// the sending direction the sends that wait for a full receiver are woken too.
func (s *Socket) kick(d *direction) {
	d.mu.Lock()
	if d.parked {
		_ = d.setPoller(s.poll.Load(), base, kicked)
	}
	d.mu.Unlock()
	if d.sends {
		s.kickFull()
	}
}
