package socket

import (
	"runtime"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// spinLongest is how long a call spins before it parks: waking a parked goroutine
// costs tens of microseconds when its thread sleeps, and a peer that answers sooner
// is met by spinning. The figure is measured: docs/performance.md.
const spinLongest = 50 * time.Microsecond

// spinning counts the calls that spin, of all sockets.
var spinning atomic.Int32

// SetSpin sets how long a call that has to wait spins before its goroutine parks: 0
// adapts to the peer (the default), a negative d never spins, and a positive d
// always spins, for at most d, unless half the processors spin already. A process
// with GOMAXPROCS = 1 never spins.
func (s *Socket) SetSpin(d time.Duration) {
	if d != 0 || s.spinSetting() != 0 {
		s.seldom().spin.Store(int64(d))
	}
}

// spinSetting is what SetSpin set.
func (s *Socket) spinSetting() int64 {
	if few := s.few(); few != nil {
		return few.spin.Load()
	}
	return 0
}

// spinFirst spins after a first try that had to wait, if that promises to be worth
// it, and returns EAGAIN unless op is done. In a process with one P the call yields
// instead, if the peer is a goroutine of the process. With several Ps, parking gets
// the soonest answer from such a peer: a yield wakes another thread, and the peer's
// goroutine is not runnable before someone polls.
func (t *Turn) spinFirst(op attempt) sys.Errno {
	d, s := t.d, t.s
	setting, procs := s.spinSetting(), procs()
	yields := s.yields(setting, procs)
	switch {
	case !yields && s.never(setting):
		d.cold = true
		return sys.EAGAIN
	case yields && d.lucky > 0 && parksInstead():
		return sys.EAGAIN
	case yields && setting > 0:
		return t.yieldOnce(op)
	case setting > 0:
		return t.spinCounted(op, time.Duration(setting), procs)
	case d.skip > 0:
		d.skip--
		d.cold = true
		return sys.EAGAIN
	case yields:
		e := t.yieldOnce(op)
		d.learn(e != sys.EAGAIN)
		return e
	case d.with != alone:
		d.cold, d.eager = true, false
		return sys.EAGAIN
	}
	return t.spinCounted(op, 0, procs)
}

// yields reports whether a call that has to wait yields instead of spinning.
func (s *Socket) yields(setting int64, procs int32) bool {
	return procs == 1 && (setting > 0 || setting == 0 && s.peerHere())
}

// never reports whether spinning is out of the question.
func (s *Socket) never(setting int64) bool {
	return setting < 0 || setting == 0 && (procsSeen.Load() == 1 || s.peerHere())
}

// spinCounted spins unless half the processors do already: what else they have to
// run must not wait for a spin. If longest is 0, the default applies, and the
// direction learns from the spin.
func (t *Turn) spinCounted(op attempt, longest time.Duration, procs int32) sys.Errno {
	defer spinning.Add(-1)
	if spinning.Add(1) > procs/2 {
		t.d.eager = false
		return sys.EAGAIN
	}
	if longest > 0 {
		return t.spin(op, longest)
	}
	e := t.spin(op, spinLongest)
	if hit := e != sys.EAGAIN; hit || t.d.state.Load() == t.seen {
		t.d.learn(hit)
	}
	return e
}

// yieldOnce lets the other goroutines of the only P run, for the peer may be one. A
// parked peer is not runnable before someone polls.
func (t *Turn) yieldOnce(op attempt) sys.Errno {
	runtime.Gosched()
	e := t.tryOrPoll(op)
	if e != sys.EAGAIN {
		t.d.lucky = 1 // until it parks
	}
	return e
}

// yieldMost is how long calls yield before one of them, which met its last message
// by a yield, parks instead. Goroutines that meet by yielding are always runnable,
// and then the scheduler does not look at the poller. Only the runtime's monitor
// does, every 10 ms, and all others wait for that.
const yieldMost = 250 * time.Microsecond

// parkedInstead is when a call last parked instead of yielding, as a value of now.
var parkedInstead atomic.Int64

// parksInstead reports whether a call is to park where it would yield.
func parksInstead() bool {
	at := now()
	if at-parkedInstead.Load() < int64(yieldMost) {
		return false
	}
	parkedInstead.Store(at)
	return true
}

// tryOrPoll tries op or, without op, sees whether the socket is readable.
func (t *Turn) tryOrPoll(op attempt) sys.Errno {
	switch {
	case op != nil:
		return try(op, t.s)
	case sys.Readiness(t.s.fd()):
		return 0
	}
	return sys.EAGAIN
}

// spin tries op, or looks whether the socket is readable, for at most longest and
// returns EAGAIN unless that ends the wait. It yields only between long slices: a yield
// wakes a thread for the idle P, and that thread may take this goroutine to the
// processor that the peer runs on. A call of an eager direction comes here without
// a first try, and makes it here.
//
// Entering the scheduler wakes sysmon, whose ticks preempt those that spin here and
// in the peer. A receive that may have to drop descriptors therefore looks first,
// and bypasses the scheduler if the message has none.
func (t *Turn) spin(op attempt, longest time.Duration) sys.Errno {
	d, looks := t.d, op == nil && t.looks()
	eager, start := d.eager, now()
	d.eager = false
	for at, slice := start, start; d.state.Load() == t.seen; {
		var e sys.Errno
		if looks {
			e = t.look()
		} else {
			e = t.tryOrPoll(op)
		}
		if e != sys.EAGAIN {
			d.met(eager)
			return e
		}
		eager, at = false, now()
		if at-slice < int64(min(longest, spinLongest)) {
			continue
		}
		if at-start >= int64(longest) || t.overdue(at) {
			break
		}
		runtime.Gosched()
		slice = at
	}
	return sys.EAGAIN
}

// overdue reports whether, at the time at, the call has reached its deadline or
// timeout, which may come before the end of its spin.
func (t *Turn) overdue(at int64) bool {
	end := earlier(t.s.deadline(t.d), t.limit)
	return end != 0 && at >= end
}

// procs returns GOMAXPROCS. Reading it takes a scheduler lock, so it is read only
// once in 256 waits.
func procs() int32 {
	if spins.Add(1)%256 == 0 || procsSeen.Load() == 0 {
		procsSeen.Store(int32(runtime.GOMAXPROCS(0)))
	}
	return procsSeen.Load()
}

var (
	procsSeen atomic.Int32
	spins     atomic.Uint32 // calls that looked whether to spin
)
