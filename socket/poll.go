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

// try tries op, and again whenever a signal interrupts it.
func try(op attempt, s *Socket) sys.Errno {
	for {
		if e := op.try(s); e != sys.EINTR {
			return e
		}
	}
}

// run makes the call op: it tries once, unless the last calls had to wait, and then
// continues with resume. With MsgDontwait it does not wait.
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

// resume continues the call op after a first try that failed with e, or before any
// try if the direction is cold or eager. It repeats op until the result is not
// EAGAIN or the call ends. The poller repeats op; only a receive for which poll(2)
// and the call itself agree waits for readiness first.
func (t *Turn) resume(call string, op attempt, flags int, e sys.Errno) error {
	if flags&MsgDontwait != 0 {
		return t.noWait(call, op, e)
	}
	if t.asks(flags) && e != sys.EINTR {
		if err := t.resumeReadable(call, op, e); err != errAgain {
			return err
		}
		e = sys.EINTR
	}
	if done, err := t.begun(call, op, e); done || err != nil {
		return err
	}
	return t.repeat(call, op)
}

// resumeReadable is resume for a receive that needs the poller only to tell it that
// the socket is readable.
func (t *Turn) resumeReadable(call string, op attempt, e sys.Errno) error {
	defer t.settled()
	for {
		err := t.wait(call, e)
		if err == ErrPark {
			err = t.Woken(t.Park())
		}
		if err != nil {
			return err
		}
		if t.stage == stageReady {
			e = try(op, t.s)
			if t.tried(); e == 0 {
				return nil
			}
		}
	}
}

// settled ends a resumeReadable, even if a function of the caller's does not return
// from a try.
func (t *Turn) settled() {
	t.stage = stageFirst
	t.tried()
}

// begun continues after a first try that failed with e, or before any try. The call
// may spin; begun reports whether that ended the wait.
func (t *Turn) begun(call string, op attempt, e sys.Errno) (done bool, _ error) {
	if e != 0 && e != sys.EAGAIN {
		if e == sys.EINTR {
			e = 0
		}
		return false, sysErr(call, e)
	}
	t.meet()
	switch {
	case t.s.spinSetting() == 0 && !t.s.peerKnown():
		t.d.cold = true // register asks where the peer is
	case e == 0:
		t.thaw()
	default:
		if e = t.spinFirst(op); e != sys.EAGAIN {
			return true, sysErr(call, e)
		}
	}
	return false, nil
}

// untried returns the result that stands for a first try that was not made: 0
// leaves the try to the poller, as a cold direction wants, and EAGAIN to the spin
// of an eager one.
func (d *direction) untried() sys.Errno {
	if d.eager {
		return sys.EAGAIN
	}
	return 0
}

// noWait ends a call that does not wait, after a first try that failed with e, or
// before any try.
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

// arm makes the call ready to wait in the poller, which repeats it.
func (t *Turn) arm() error {
	if !t.s.registered() {
		if err := t.s.register(); err != nil {
			return err
		}
	}
	return t.setParked(false)
}

// woken continues after the poller returned err, on its first look if once is set.
// It reports whether the poller found what it was asked for. If not, something that
// may have ended the call woke it.
func (t *Turn) woken(err error, once bool) (bool, error) {
	t.d.warm(err == nil && once)
	if err != nil || !t.d.unpark() {
		return t.disturbed(err)
	}
	return true, nil
}

// disturbed is woken where the poller failed with err, or the call was evicted.
func (t *Turn) disturbed(err error) (bool, error) {
	switch {
	case err == nil || !t.d.unpark():
		return false, t.evicted()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return false, nil
	case errors.Is(err, os.ErrClosed):
		return false, net.ErrClosed
	}
	return false, err
}

// asks reports whether the poller is to be asked for readiness alone, which is so
// for a receive for which poll(2) and the call itself agree.
func (t *Turn) asks(flags int) bool {
	return !t.d.sends && t.s.family == sys.AFUnix && flags&^(MsgPeek|MsgSize) == 0
}
