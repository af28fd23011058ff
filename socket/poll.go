package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
)

// attempt is one non-blocking try of a call, kept where the waiting code can
// repeat it. EAGAIN means that it has to be repeated when the socket is ready.
type attempt interface{ try(s *Socket) sys.Errno }

// try tries op, again if a signal interrupts it.
func try(op attempt, s *Socket) sys.Errno {
	for {
		if e := op.try(s); e != sys.EINTR {
			return e
		}
	}
}

// waiter is what a direction needs to wait. It refers to the socket only while a
// call is parked: a value that refers to itself is never finalized.
type waiter struct {
	conn syscall.RawConn // the poller's; nil until a call parks
	fn   func(uintptr) bool
	s    *Socket
	op   attempt

	result uint32 // the last try's Errno
	tries  uint8  // 0, 1, or 2 for more
	sends  bool   // constant: the sending direction's
	asks   bool   // the poller is asked for readiness alone; while parked, with mu

	evicted bool // the descriptor is closed behind the parked call; with mu

	limit   int64 // when the parked call ends by itself
	applied int64 // the deadline that the poller has

	plain plainOp // kept, so that a call that waits allocates nothing
	rare  *rareOps
}

// tried notes the result of a try and reports whether it is one.
func (w *waiter) tried(e sys.Errno) bool {
	w.result = uint32(e)
	return e != sys.EAGAIN
}

// err is the error of the call whose last try it was.
func (w *waiter) err(call string) error { return sysErr(call, sys.Errno(w.result)) }

// rareOps are what few connections need of a waiter.
type rareOps struct {
	ctx    context.Context // ends the call; nil: none
	header *sys.Header
	msg    *msgOp
	named  *namedOp
	batch  *batchOp
}

// register gives w, the waiter of the caller's turn, the socket's registration
// with the runtime poller. It is made when a call has to park for the first
// time: a socket that never waits never pays for it. That is done on a goroutine
// of its own, for it takes more stack than all the rest of a receive: that stack
// would be an idle connection's memory.
func (s *Socket) register(w *waiter) error {
	done := make(chan error)
	go func() { done <- s.registerHere(w) }()
	return <-done
}

func (s *Socket) registerHere(w *waiter) error {
	f, err := s.pollFile()
	if err != nil {
		return err
	}
	w.conn, err = f.SyscallConn()
	return err
}

// pollFile returns the registration, made if need be.
func (s *Socket) pollFile() (*os.File, error) {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.is(factUnwatched) {
		return nil, errUnwatched
	}
	if f := s.poll.Load(); f != nil {
		return f, nil
	}
	if e := sys.SetNonblock(s.fd); e != 0 {
		return nil, sysErr("fcntl", e)
	}
	f := os.NewFile(uintptr(s.fd), "socket")
	s.poll.Store(f)              // it owns the descriptor, whether it is registered or not
	runtime.SetFinalizer(s, nil) // and has a finalizer
	if errors.Is(f.SetDeadline(time.Time{}), os.ErrNoDeadline) {
		s.facts.Or(factUnwatched)
		return nil, errUnwatched
	}
	return f, nil
}

// run makes the call op: a first try here, unless the last ones had to wait,
// and then await. With MsgDontwait it does not wait.
func (t *Turn) run(call string, op attempt, flags int) error {
	if (t.d.cold || t.d.eager) && flags&MsgDontwait == 0 {
		return t.resume(call, op, flags, t.d.untried())
	}
	e := try(op, t.s)
	if e == 0 {
		return nil
	}
	return t.resume(call, op, flags, e)
}

// resume goes on with the call op after a first try that failed with e, or
// with none yet because the direction is cold. This is the one loop in which
// this package waits: it repeats op until it does something else than EAGAIN,
// or until the call ends.
func (t *Turn) resume(call string, op attempt, flags int, e sys.Errno) error {
	if flags&MsgDontwait != 0 {
		return t.noWait(call, op, e)
	}
	done, asks := false, t.asks(flags) && e != sys.EINTR
	switch e {
	case 0:
		t.thaw()
	case sys.EAGAIN:
		done = t.spinFirst(op)
	case sys.EINTR:
	default:
		return sysErr(call, e)
	}
	for !done {
		t.decide()
		if err := t.check(); err != nil {
			return err
		}
		if over, err := t.afterShutdown(call, op); over {
			return err
		}
		w := t.d.waiter()
		if w.conn == nil {
			if err := t.s.register(w); err != nil {
				return t.unregistered(call, op, err)
			}
		}
		err := t.arm(op, asks)
		if err != nil {
			return err
		}
		if t.d.sends {
			err = w.conn.Write(w.fn)
		} else {
			err = w.conn.Read(w.fn)
		}
		if done, err = t.woken(err); err != nil {
			return err
		}
		if done && asks {
			if done = t.take(op); !done {
				t.s.noteShut()
			}
		}
		asks = false // readiness that is none would come at once again
	}
	return t.d.wait.err(call)
}

// untried stands for the result of a first try that was left out: 0 leaves it
// to the poller, EAGAIN to the spin.
func (d *direction) untried() sys.Errno {
	if d.eager {
		return sys.EAGAIN
	}
	return 0
}

// noWait ends a call that does not wait, after a first try that failed with e,
// or with none yet.
func (t *Turn) noWait(call string, op attempt, e sys.Errno) error {
	if e == 0 || e == sys.EINTR || e == sys.EAGAIN {
		e = try(op, t.s)
	}
	if e == sys.EAGAIN {
		if !t.d.sends && t.s.is(factShared) {
			t.s.noteShut()
		}
		if done, err := t.afterShutdown(call, op); done {
			return err
		}
		return ErrWouldBlock
	}
	return sysErr(call, e)
}

// unregistered ends a call that would have to wait, and can not because of err:
// with what there is already, if the poller takes no more descriptors.
func (t *Turn) unregistered(call string, op attempt, err error) error {
	if err != errUnwatched {
		return err
	}
	e := try(op, t.s)
	if e == sys.EAGAIN {
		return err
	}
	return sysErr(call, e)
}

// await is resume for a call that does not spin.
func (t *Turn) await(call string, op attempt) error { return t.resume(call, op, 0, sys.EINTR) }

// arm makes the direction ready to wait in the poller, for op to be done or, if
// it asks, for the socket to be readable.
func (t *Turn) arm(op attempt, asks bool) error {
	w := t.d.wait
	w.asks = asks
	if err := t.setParked(); err != nil {
		return err
	}
	t.s.noteWait()
	w.s, w.op, w.tries = t.s, op, 0
	return nil
}

// woken goes on after the poller returned err. It reports whether that was what
// the call waited for: if not, something woke it that may have ended it.
func (t *Turn) woken(err error) (bool, error) {
	d := t.d
	w := d.wait
	w.s, w.op = nil, nil
	d.warm(w.tries == 1)
	switch {
	case !d.setUnparked():
		return false, net.ErrClosed
	case err == nil:
		return w.asks || w.result != uint32(sys.EAGAIN), nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return false, nil
	case errors.Is(err, os.ErrClosed):
		return false, net.ErrClosed
	}
	return false, err
}

// take tries op on a socket that is ready. Between processes a receive that
// enters the scheduler wakes sysmon for an idle one; in one it costs less than
// the look ahead that lets it bypass the scheduler.
func (t *Turn) take(op attempt) bool {
	if !t.s.peerHere() {
		return t.probe(op)
	}
	return t.d.wait.tried(try(op, t.s))
}

// waiter returns the direction's waiter.
func (d *direction) waiter() *waiter {
	if d.wait == nil {
		w := &waiter{sends: d.sends}
		w.fn = func(uintptr) bool { return w.try() }
		d.wait = w
	}
	return d.wait
}

// rareOps returns the direction's kept rare operations.
func (d *direction) rareOps() *rareOps {
	w := d.waiter()
	if w.rare == nil {
		w.rare = new(rareOps)
	}
	return w.rare
}

// try is what the poller calls before it waits and when the socket is ready. A
// call that asks makes its receive where the stack is less deep: a parked
// call's stack is an idle connection's memory.
func (w *waiter) try() bool {
	if w.tries < 2 {
		w.tries++
	}
	if w.asks {
		return w.tries > 1 || sys.Readiness(w.s.fd)
	}
	return w.tried(try(w.op, w.s)) || w.shut()
}

// shut reports whether the call receives on a socket that somebody else who has
// it shut down: the poller tells that but once.
func (w *waiter) shut() bool { return !w.sends && w.s.noteShut() }

// setParked gives the poller the call's end, unless it has come already. From
// here on whoever changes what could end the call kicks the direction.
func (t *Turn) setParked() error {
	d := t.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := t.check(); err != nil {
		return err
	}
	d.parked, d.wait.limit = true, t.limit
	if t.shut() || d.state.Load()&stDetach != 0 {
		return d.setPoller(t.s.poll.Load(), base, kicked)
	}
	return d.apply(t.s)
}

// setUnparked reports whether the call may go on: it was not evicted.
func (d *direction) setUnparked() bool {
	d.mu.Lock()
	d.parked = false
	evicted := d.wait.evicted
	d.mu.Unlock()
	return !evicted
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

// kick makes the parked call look again at what could have ended it.
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

// asks reports whether the poller is to be asked for readiness: of a receive
// for which poll(2) and the call itself agree.
func (t *Turn) asks(flags int) bool {
	return !t.d.sends && t.s.family == sys.AFUnix && flags&^(MsgPeek|MsgSize) == 0
}
