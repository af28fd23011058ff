package socket

import (
	"time"

	"example.com/uds/internal/sys"
)

// Parked reports whether a call waits, or is about to wait, in the poller or in a
// line.
func Parked(s *Socket) bool { return s.r.parked() || s.w.parked() || Full(s) }

// HasParked reports whether a call had to wait in the poller, ever.
func HasParked(s *Socket) bool { return s.is(factPolled) }

// Queued reports how many callers wait, with a limit of their own, for another
// caller's turn.
func Queued(s *Socket) int { return int(s.r.parking.Load()/pkAnnounce + s.w.parking.Load()/pkAnnounce) }

// Waiting reports how many callers wait for another caller's turn to receive.
func Waiting(s *Socket) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	few := s.seldom().of(&s.r)
	return int(few.queued + few.behind)
}

// Full reports whether a call waits for a full receiver.
func Full(s *Socket) bool { return s.fullBusy() != nil }

// QueueAfter begins a receive while another call has the turn, with f called
// just before it waits for that.
func QueueAfter(s *Socket, f func()) error {
	t := Turn{s: s, d: &s.r, seen: s.r.state.Load()}
	f()
	return t.queue()
}

// RawCalls reports whether receives bypass the scheduler.
func RawCalls(s *Socket) bool { return s.is(factRaw) }

// Clean reports whether the message at hand is known to have no descriptors.
func Clean(s *Socket) bool { return s.clean }

// FindsClean reports whether a receive that looks first finds a message without
// descriptors, which nobody else can take meanwhile; no call is under way.
func FindsClean(s *Socket) bool {
	t := Turn{s: s, d: &s.r}
	defer t.tried()
	_ = t.look()
	return s.clean
}

// Crowded reports whether calls enter the scheduler because other sockets wait.
func Crowded(s *Socket) bool { return s.w.crowd > 0 || s.r.crowd > 0 }

// CrowdLooks is how many sends a look around takes, and how many looks without
// another socket's wait end a crowd.
const CrowdLooks, CrowdEnd = crowdWindow, crowdStays

// UsualWaits makes it as if no socket had waited, but the calls of the process waited
// often before, or hardly ever.
func UsualWaits(often bool) {
	waits.last.Store(0) // the next look is 64 waits ahead
	waits.rare.Store(!often)
}

// PaceWindow is after how many waits the process looks how often they come.
const PaceWindow = paceWindow

// Uncounted is how many waits of a socket that waits among others are not counted
// between two that are.
const Uncounted = uncounted

// PaceOf is whether the waits of a process count as rare that come so often.
func PaceOf(interval time.Duration) (rare bool) {
	waits.paced.Store(now() - paceWindow*int64(interval))
	pace()
	return waits.rare.Load()
}

// ParksInstead reports whether a call parks now where it would yield.
func ParksInstead() bool { return parksInstead() }

// LeftOut is how many chances to spin or yield the last miss of a receive left
// out; no call is under way.
func LeftOut(s *Socket) int { return int(s.r.left()) }

// SkipLeast is how many the first miss leaves out.
const SkipLeast = skipLeast

// Spin has the turn's call spin as one that adapts, for nothing.
func Spin(t *Turn) { t.spinCounted(nil, 0, procs()) }

// A Learner adapts as a direction does.
type Learner struct{ d direction }

// Spins reports whether the next chance to spin is taken.
func (l *Learner) Spins() bool {
	if l.d.skip > 0 {
		l.d.skip--
		return false
	}
	return true
}

// Learn takes what came of a spin.
func (l *Learner) Learn(hit bool) { l.d.learn(hit) }

// LookedAhead reports whether the last receive that waited looks for descriptors
// behind its wait; no call is under way.
func LookedAhead(s *Socket) bool { return (&Turn{s: s, d: &s.r}).looksAhead() }

// AloneAfter is how many waits in a row make a socket the only one that waits.
const AloneAfter = aloneAfter

// ReadDeadline is the deadline that was set, on the package's own clock.
func ReadDeadline(s *Socket) time.Time { return base.Add(time.Duration(s.deadline(&s.r))) }

// Keeps reports whether waiting receives have kept an operation for the poller to
// repeat; no call is under way.
func Keeps(s *Socket) bool { return s.kept(&s.r) != nil }

// Cold reports whether the next receive leaves its first try to the poller; no call
// is under way.
func Cold(s *Socket) bool { return s.r.cold }

// Look asks n times whether the socket is readable, as the poller does for a parked
// receive.
func Look(t *Turn, n int) {
	for range n {
		_ = t.told() || sys.Readiness(t.s.fd())
	}
}

// ParkAfter parks a call that never has a result, with f called behind its last look
// around, and returns what ends its wait.
func ParkAfter(t *Turn, f func()) error {
	if err := t.s.register(); err != nil {
		return err
	}
	f()
	if err := t.setParked(false); err != nil {
		return err
	}
	defer t.unarm()
	return (&repetition{s: t.s, d: t.d, op: napOp{}}).park()
}

// napOp is never done.
type napOp struct{}

func (napOp) try(*Socket) sys.Errno { return sys.EAGAIN }

// Register is what the first call of a direction does that has to park.
func Register(s *Socket) error { return s.register() }

// SpinSetting is what SetSpin set.
func SpinSetting(s *Socket) time.Duration { return time.Duration(s.spinSetting()) }

// Procs is what calls that have to wait take GOMAXPROCS for, and ProcsWaits how many
// of them look at it once.
func Procs() int { return int(procs()) }

const ProcsWaits = 256

// Spinning reports whether a call spins.
func Spinning() bool { return spinning.Load() > 0 }

// PeerKnown reports whether it is known which process the peer is in.
func PeerKnown(s *Socket) bool { return s.peerKnown() }

// PeerHere reports whether the peer is taken to be in this process.
func PeerHere(s *Socket) bool { return s.peerHere() }

// Detaching reports whether a Detach is under way.
func Detaching(s *Socket) bool { return s.r.state.Load()&stDetach != 0 }

// Expected is the size that the next message is taken to have.
func Expected(r *Rest) int { return r.expected() }
