package socket

import (
	"errors"
	"net"
	"os"

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
// with none yet because the direction is cold or eager. It repeats op until it
// does something else than EAGAIN, or until the call ends. The poller repeats op
// itself, in waiter.try; a receive for which poll(2) and the call itself agree
// waits for readiness first.
func (t *Turn) resume(call string, op attempt, flags int, e sys.Errno) error {
	if flags&MsgDontwait != 0 {
		return t.noWait(call, op, e)
	}
	if t.asks(flags) && e != sys.EINTR {
		switch err := t.readable(call, e); err {
		case nil:
			if e = t.tryClean(op); e != sys.EAGAIN {
				return sysErr(call, e)
			}
			t.s.noteShut()
		case errAgain:
		default:
			return err
		}
		e = sys.EINTR
	}
	if done, err := t.begun(call, op, e); done || err != nil {
		return err
	}
	return t.repeat(call, op)
}

// repeat has the poller repeat op. Each round looks at what may end the call (a
// Detach, a deadline, Cancel, Close, Shutdown) and then parks.
func (t *Turn) repeat(call string, op attempt) error {
	for done := false; !done; {
		if !t.quiet() {
			if over, err := t.stirred(call, op); over {
				return err
			}
		}
		err := t.arm(op)
		if err != nil {
			return t.unarmed(call, op, err)
		}
		if w := t.d.wait; t.d.sends {
			err = w.conn.Write(w.fn)
		} else {
			err = w.conn.Read(w.fn)
		}
		if done, err = t.woken(err); err != nil {
			return err
		}
	}
	return t.d.wait.err(call)
}

// readable waits until a receive on AF_UNIX is worth a try, after one that failed
// with e, or none yet. It spins or parks as resume does; the poller need only tell
// that the socket is readable, which takes less stack while the call is parked and
// nothing to keep. s.clean, which it may set, is for the next try alone.
//
// errAgain says that the receive has to be repeated in the poller: on a socket
// that was shut down, and on one that it does not watch. So it has to where
// readiness turns out to be none: another holder of the socket took the message
// then, or poll(2) does not agree with the call, and the poller would report the
// same readiness at once again.
func (t *Turn) readable(call string, e sys.Errno) error {
	done, err := t.begun(call, nil, e)
	for !done && err == nil {
		if !t.quiet() {
			if err := t.stirredReceive(); err != nil {
				return err
			}
		}
		if err = t.arm(nil); err == nil {
			done, err = t.woken(t.d.wait.conn.Read(t.d.wait.fn))
		}
		if done && t.looksAhead() {
			if e := t.look(); e != sys.EAGAIN {
				return sysErr(call, e)
			}
		}
	}
	if err == errUnwatched {
		return errAgain
	}
	return err
}

// again is the error of a receive whose wait ended with err, or whose try behind
// it failed with e: errAgain if it has to be repeated in the poller.
func (t *Turn) again(call string, e sys.Errno, err error) error {
	switch {
	case err != nil:
		return err
	case e == sys.EAGAIN:
		t.s.noteShut()
		return errAgain
	case e == sys.EINTR:
		return errAgain
	}
	return sysErr(call, e)
}

// errAgain says that a receive has to be repeated in the poller.
var errAgain = errors.New("receive again")

// stirredReceive is stirred for readable.
func (t *Turn) stirredReceive() error {
	if err := t.Err(); err != nil {
		return err
	}
	if t.shut() {
		return errAgain
	}
	return nil
}

// tryClean tries op on a readable socket.
func (t *Turn) tryClean(op attempt) sys.Errno {
	e := try(op, t.s)
	t.s.clean = false
	return e
}

// begun goes on after a first try that failed with e, or with none yet, and
// reports whether that ends the wait: the call may spin.
func (t *Turn) begun(call string, op attempt, e sys.Errno) (done bool, _ error) {
	t.d.alone = t.s.alone()
	switch e {
	case 0:
		t.thaw()
	case sys.EAGAIN:
		if t.spinFirst(op) {
			return true, t.d.wait.err(call)
		}
	case sys.EINTR:
	default:
		return false, sysErr(call, e)
	}
	return false, nil
}

// stirred looks at what may end a call that is not quiet, and reports whether it
// is over.
func (t *Turn) stirred(call string, op attempt) (over bool, _ error) {
	if err := t.Err(); err != nil {
		return true, err
	}
	return t.afterShutdown(call, op)
}

// untried stands for the result of a first try that was not made: 0 leaves it to
// the poller, which a cold direction wants, EAGAIN to the spin of an eager one.
func (d *direction) untried() sys.Errno {
	if d.eager {
		return sys.EAGAIN
	}
	return 0
}

// noWait ends a call that does not wait, after a first try that failed with e,
// or with none yet.
func (t *Turn) noWait(call string, op attempt, e sys.Errno) error {
	if e == 0 || e == sys.EINTR || e == sys.EAGAIN && t.d.eager {
		e = try(op, t.s)
	}
	if e == sys.EAGAIN {
		if !t.d.sends {
			t.s.noteShut() // perhaps by another process
		}
		if done, err := t.afterShutdown(call, op); done {
			return err
		}
		return ErrWouldBlock
	}
	return sysErr(call, e)
}

// await is resume for a call that does not spin.
func (t *Turn) await(call string, op attempt) error { return t.resume(call, op, 0, sys.EINTR) }

// arm makes the direction ready to wait in the poller, for op to be done or,
// without op, for the socket to be readable.
func (t *Turn) arm(op attempt) error {
	w := t.d.waiter()
	if w.conn == nil {
		if err := t.s.register(w); err != nil {
			return err
		}
	}
	w.asks = op == nil
	if err := t.setParked(); err != nil {
		return err
	}
	w.s, w.tries = t.s, 0
	if op != nil {
		t.d.rareOps().op = op
	}
	return nil
}

// woken goes on after the poller returned err. It reports whether that was what
// the call waited for: if not, something woke it that may have ended it.
func (t *Turn) woken(err error) (bool, error) {
	d := t.d
	w := d.wait
	w.disarm()
	d.warm(w.tries == 1)
	switch {
	case !d.unpark():
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

// looksAhead reports whether a receive behind a wait looks for descriptors, so
// as to bypass the scheduler if there are none. Entering it wakes sysmon, if
// that sleeps because the processors were idle: so they are between processes,
// while one socket waits. Else the look costs more than it gains.
func (t *Turn) looksAhead() bool { return t.d.alone && t.looks() && !t.s.peerHere() }

// asks reports whether the poller is to be asked for readiness: of a receive
// for which poll(2) and the call itself agree.
func (t *Turn) asks(flags int) bool {
	return !t.d.sends && t.s.family == sys.AFUnix && flags&^(MsgPeek|MsgSize) == 0
}
