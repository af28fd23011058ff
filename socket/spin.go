package socket

import (
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// spinner decides how long a call spins before it parks. Waking a parked
// goroutine costs tens of microseconds when its thread sleeps; a peer that
// answers sooner is met by spinning. What adapts is how often a direction
// tries: a miss skips the next 2, 4, 8 … chances, a hit resets that.
type spinner struct {
	setting atomic.Int64 // 0 adapts, < 0 never, > 0 always, at most so many ns
	peer    *atomic.Bool // of a pair: an end may be in another process
	kind    atomic.Int32 // whether the peer is this process: peerUnknown …
}

// Where the peer of a socket lives.
const (
	peerUnknown = iota
	peerHere
	peerElsewhere
)

// spinPolicy is how a direction adapts.
type spinPolicy struct {
	longest, slice time.Duration
	grow, limit    int16 // a miss multiplies the skips by grow, to at most limit
	shrink         int16 // a hit divides the skips by shrink; 0 resets them
}

// The figures are measured: docs/performance.md. Between goroutines of one
// process parking is cheap and a spin mostly misses.
var (
	otherPolicy = spinPolicy{longest: 50 * time.Microsecond, slice: 3 * time.Microsecond, grow: 2, limit: 256}
	herePolicy  = spinPolicy{longest: 30 * time.Microsecond, slice: time.Microsecond, grow: 8, limit: 4096, shrink: 2}
)

// spinning counts the calls that spin, of all sockets.
var spinning atomic.Int32

// SetSpin sets how long a call that has to wait spins before its goroutine
// parks: 0 adapts to the peer (the default), a negative d never spins, a
// positive one always spins, at most so long. A process with GOMAXPROCS = 1
// never spins.
func (s *Socket) SetSpin(d time.Duration) { s.spin.setting.Store(int64(d)) }

// otherProcess notes that the peer may be in another process.
func (sp *spinner) otherProcess() {
	if sp.peer != nil {
		sp.peer.Store(true)
	}
	sp.kind.Store(peerElsewhere)
}

// spinFirst spins after a first try that had to wait, if that promises to be
// worth it, and reports whether op is done.
func (t *Turn) spinFirst(op attempt) bool {
	d, s := t.d, t.s
	setting, procs := s.spin.setting.Load(), int32(procs())
	if setting < 0 {
		d.cold = true
		return false
	}
	if procs == 1 {
		return t.yieldOnce(op)
	}
	if setting == 0 && d.skip > 0 {
		d.skip--
		d.cold = true
		return false
	}
	if spinning.Add(1) > max(1, procs/2) {
		spinning.Add(-1)
		return false
	}
	policy := s.spinPolicy(setting)
	done := t.spin(op, policy)
	spinning.Add(-1)
	if setting == 0 {
		d.learn(policy, done)
	}
	return done
}

// thaw counts a call that left its first try to the poller as a skipped
// chance; after the last one the direction tries by itself again.
func (t *Turn) thaw() {
	if d := t.d; d.skip > 0 {
		d.skip--
	} else if t.s.spin.setting.Load() >= 0 {
		d.cold = false
	}
}

// yieldOnce lets the other goroutines of the only P run: the peer may be one.
func (t *Turn) yieldOnce(op attempt) bool {
	runtime.Gosched()
	return t.probe(op)
}

// spinPolicy returns how the socket spins.
func (s *Socket) spinPolicy(setting int64) spinPolicy {
	policy := otherPolicy
	if s.peerHere() {
		policy = herePolicy
	}
	if setting > 0 {
		policy.longest = time.Duration(setting)
	}
	return policy
}

// peerHere reports whether the other end is in this process, as far as
// SO_PEERCRED tells and no end of a pair was handed out.
func (s *Socket) peerHere() bool {
	if s.spin.peer != nil {
		return !s.spin.peer.Load()
	}
	switch s.spin.kind.Load() {
	case peerHere:
		return true
	case peerElsewhere:
		return false
	}
	kind := int32(peerElsewhere)
	if s.family == sys.AFUnix {
		if pid, _, _, e := sys.PeerCred(s.fd); e == 0 && pid == os.Getpid() {
			kind = peerHere
		}
	}
	s.spin.kind.CompareAndSwap(peerUnknown, kind)
	return kind == peerHere
}

// spin yields, for the peer may be a goroutine of this P, and then tries in
// slices with a yield between them.
func (t *Turn) spin(op attempt, policy spinPolicy) bool {
	start := now()
	slice := start
	for runtime.Gosched(); t.d.state.Load() == t.seen; {
		if t.probe(op) {
			return true
		}
		at := now()
		if at-start > int64(policy.longest) {
			return false
		}
		if at-slice > int64(policy.slice) {
			runtime.Gosched()
			slice = now()
		}
	}
	return false
}

// probe tries op and reports whether it is done. A receive that may have to
// drop descriptors enters the scheduler each time: it asks first.
func (t *Turn) probe(op attempt) bool {
	w := t.d.waiter(t.s)
	if !t.d.sends && !t.s.raw {
		if w.errno = sys.Pending(t.s.fd); w.errno != 0 {
			return w.errno != sys.EAGAIN
		}
	}
	w.errno = try(op, t.s)
	return w.errno != sys.EAGAIN
}

// learn adapts to a hit or a miss.
func (d *direction) learn(p spinPolicy, hit bool) {
	switch {
	case !hit:
		d.cold = true
		d.back = min(max(2, d.back*p.grow), p.limit)
		d.skip = d.back
	case p.shrink == 0:
		d.back = 0
	default:
		d.back /= p.shrink
		d.skip = d.back / 2
	}
}

// procs is GOMAXPROCS, which takes a lock of the scheduler to read: it is read
// once in a while.
func procs() int {
	if procsUses.Add(1)%256 == 1 {
		procsSeen.Store(int32(runtime.GOMAXPROCS(0)))
	}
	return max(1, int(procsSeen.Load()))
}

var procsUses, procsSeen atomic.Int32
