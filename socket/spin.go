package socket

import (
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// A call spins before it parks: waking a parked goroutine costs tens of
// microseconds when its thread sleeps, and a peer that answers sooner is met by
// spinning. What adapts is how often a direction tries: a miss skips the next 2,
// 4, 8 … chances, a hit resets that. The figures are measured: docs/performance.md.
const (
	spinLongest = 50 * time.Microsecond // more than a wake-up costs
	skipFirst   = 2                     // chances to skip after the first miss; doubled by the next
	skipMost    = 256
)

// spinning counts the calls that spin, of all sockets.
var spinning atomic.Int32

// lastWaiter is, from bit 8 on, the number of the socket that waited last, of
// all, and below that how many waits in a row have been its own.
var lastWaiter atomic.Uint64

// sockets is how many numbers were given. They begin at 2: no socket has 0,
// nobody, or 1, a look that saw nobody.
var sockets atomic.Uint32

// aloneAfter is how many waits in a row have to be of one socket before it
// spins.
const aloneAfter = 32

// alone counts a call that waits, and reports whether the last ones of the
// process were all of its socket. If not, a spin is no gain even if it meets
// its message: the messages of many connections come through the poller in
// batches, if nobody keeps the processors.
func (s *Socket) alone() bool {
	first, last := uint64(s.id)<<8, lastWaiter.Load()
	switch {
	case last>>8 != first>>8:
		lastWaiter.Store(first)
		return false
	case last == first+aloneAfter:
		return true
	}
	lastWaiter.Store(last + 1)
	return last+1 == first+aloneAfter
}

// SetSpin sets how long a call that has to wait spins before its goroutine
// parks: 0 adapts to the peer (the default), a negative d never spins, a
// positive one always spins, at most so long, unless half the processors spin
// already. A process with GOMAXPROCS = 1 never spins.
func (s *Socket) SetSpin(d time.Duration) {
	if d != 0 || s.spinSetting() != 0 {
		s.seldom().spin.Store(int64(d))
	}
}

// spinSetting is what SetSpin set.
func (s *Socket) spinSetting() int64 {
	if few := s.few.Load(); few != nil {
		return few.spin.Load()
	}
	return 0
}

// otherProcess notes that the peer may be in another process.
func (s *Socket) otherProcess() {
	if s.peer != nil {
		s.peer.Store(true)
	}
	s.facts.Or(factPeerElsewhere)
}

// spinFirst spins after a first try that had to wait, if that promises to be
// worth it, and returns EAGAIN unless op is done. The one P of a process yields to a
// peer that is a goroutine of it. With several, a peer in this process is
// answered soonest by parking: a yield wakes another thread, and the peer's
// goroutine is not runnable before someone polls.
func (t *Turn) spinFirst(op attempt) sys.Errno {
	d, s := t.d, t.s
	setting, procs := s.spinSetting(), d.procs()
	yields := s.yields(setting, procs)
	switch {
	case !yields && s.never(setting):
		d.cold = true
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
	case !d.alone:
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

// spinCounted spins unless half the processors do already: whoever they would
// have to run must not wait for a spin. With no longest time it is the default's,
// which learns from it.
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
	t.d.learn(e != sys.EAGAIN)
	return e
}

// thaw is what a call does that left its first try to the poller, because the
// direction is cold: it counts that as a skipped chance to spin. After the last
// chance to skip the direction is not cold any more, and its calls try by
// themselves first.
func (t *Turn) thaw() {
	d := t.d
	setting := t.s.spinSetting()
	if !t.s.yields(setting, procsSeen.Load()) && (t.s.never(setting) || setting == 0 && !d.alone) {
		return
	}
	if d.skip--; d.skip <= 0 {
		d.skip, d.cold = 0, false
	}
}

// warmAfter is how many calls in a row must find their message at once before
// a cold direction tries by itself again: few, as each of them makes a call more.
const warmAfter = 2

// warm notes whether a call that went to the poller found its message at once.
// After warmAfter such calls in a row the direction is not cold any more.
func (d *direction) warm(atOnce bool) {
	if !atOnce {
		d.lucky = 0
	} else if d.lucky++; d.lucky >= warmAfter {
		d.lucky, d.cold = 0, false
	}
}

// yieldOnce lets the other goroutines of the only P run: the peer may be one. If
// it is parked, it is not runnable before someone polls.
func (t *Turn) yieldOnce(op attempt) sys.Errno {
	runtime.Gosched()
	return t.tryOrPoll(op)
}

// tryOrPoll tries op or, without op, sees whether the socket is readable.
func (t *Turn) tryOrPoll(op attempt) sys.Errno {
	switch {
	case op != nil:
		return try(op, t.s)
	case sys.Readiness(t.s.fd):
		return 0
	}
	return sys.EAGAIN
}

// peerHere reports whether the other end is in this process, as far as
// SO_PEERCRED tells and no end of a pair was handed out.
func (s *Socket) peerHere() bool {
	if s.peer != nil {
		return !s.peer.Load()
	}
	s.learnPeer()
	return !s.is(factPeerElsewhere)
}

// peerKnown reports whether peerHere need not ask the kernel.
func (s *Socket) peerKnown() bool {
	return s.peer != nil || s.is(factPeerHere|factPeerElsewhere)
}

// learnPeer asks the kernel where the peer is, once.
func (s *Socket) learnPeer() {
	if !s.peerKnown() {
		s.facts.Or(s.whosePeer())
	}
}

// whosePeer asks where the peer is.
func (s *Socket) whosePeer() uint32 {
	if s.family == sys.AFUnix {
		if pid, _, _, e := sys.PeerCred(s.fd); e == 0 && pid == os.Getpid() {
			return factPeerHere
		}
	}
	return factPeerElsewhere
}

// spin tries op, or looks whether the socket is readable, for at most longest and
// returns EAGAIN unless that ends the wait. It yields only between long slices: a yield
// wakes a thread for the idle P, and that thread may take this goroutine to the
// processor that the peer runs on. A call of an eager direction comes here without
// a first try, and makes it here.
//
// Entering the scheduler wakes sysmon, whose ticks preempt whoever spins here and
// at the peer; so a receive that may have to drop descriptors looks first, and
// bypasses the scheduler if the message has none.
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
	end := earlier(t.d.deadline.Load(), t.limit)
	return end != 0 && at >= end
}

// calmAfter is how many calls in a row of an eager direction must find their
// message at the first look before the direction is not eager any more: its calls
// need not look before they receive.
const calmAfter = 4

// met notes that a spin met its message, at the first look of an eager direction
// or later.
func (d *direction) met(eager bool) {
	if !eager {
		d.lucky, d.eager = 0, !d.sends
	} else if d.lucky++; d.lucky >= calmAfter {
		d.lucky = 0
	} else {
		d.eager = true
	}
}

// look sees whether a receive would find something, and whether it may bypass the
// scheduler. Somebody else who receives could take that message meanwhile and
// leave another.
func (t *Turn) look() sys.Errno {
	clean, e := sys.Pending(t.s.fd)
	t.s.clean = e == 0 && clean && !t.s.is(factShared)
	return e
}

// looks reports whether a try may have to drop descriptors. On the other
// families no descriptor arrives, and a peek may take locks of the kernel.
func (t *Turn) looks() bool { return !t.d.sends && !t.s.raw && t.s.family == sys.AFUnix }

// learn adapts to a hit or a miss.
func (d *direction) learn(hit bool) {
	if hit {
		d.back = 0
		return
	}
	d.cold, d.eager = true, false
	d.back = min(max(skipFirst, 2*d.back), skipMost)
	d.skip = d.back
}

// procs is GOMAXPROCS, which takes a lock of the scheduler to read: a direction
// reads it once in 256 waits.
func (d *direction) procs() int32 {
	if d.waits++; d.waits == 0 || procsSeen.Load() == 0 {
		procsSeen.Store(int32(runtime.GOMAXPROCS(0)))
	}
	return procsSeen.Load()
}

var procsSeen atomic.Int32
