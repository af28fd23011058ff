package socket

import (
	"errors"

	"example.com/uds/internal/sys"
)

// ErrPark is the error of a receive that has to wait. Its caller calls Turn.Park
// and Turn.Woken and then makes the receive again, or it ends the turn.
var ErrPark = errors.New("the call has to park")

// Stages of a receive that waits until the socket is readable. The poller need not
// repeat such a receive, so nothing is kept for it, and the stack of the parked
// call has no frames but the caller's and those of Park.
const (
	stageFirst = iota // before the first try
	stageReady        // the socket is readable: the next try follows a wait
	stageWoken        // the call was woken by something that may have ended it
	stageNew          // Park is to register the socket

	// From here on the call is marked as parked, until Woken.

	stageArmed // ready to park
	stageAsked // the poller has looked once
	stageTold  // it has looked, and then been told that the socket is readable
)

// Park parks the call whose receive returned ErrPark. It is called from the
// caller's own frame, because a parked call's stack is most of what an idle
// connection costs. The first call of a socket that has to park waits here for the
// registration instead.
func (t *Turn) Park() error {
	if t.stage == stageNew {
		return t.s.register()
	}
	poller, err := t.s.poll.SyscallConn()
	if err != nil {
		return err
	}
	return poller.Read(func(uintptr) bool { return t.told() || sys.Readiness(t.s.fd()) })
}

// told reports whether the poller has found the socket readable. The poller asks
// before it waits, when the answer is no and a look has to follow, and when it has
// found the socket readable. The receive is not made here, where the stack is deep.
func (t *Turn) told() bool {
	told := t.stage != stageArmed
	if t.stage = stageAsked; told {
		t.stage = stageTold
	}
	return told
}

// Woken continues the call after Park returned err. It returns the error that ends
// the call, or nil if the receive is to be made again.
func (t *Turn) Woken(err error) error {
	asked := t.stage
	t.stage = stageWoken
	if asked == stageNew {
		return err
	}
	done, err := t.woken(err, asked == stageAsked)
	if err != nil || !done {
		return err
	}
	t.stage = stageReady
	if asked == stageTold && t.looksAhead() {
		if e := t.look(); e != sys.EAGAIN {
			return sysErr("recvmsg", e)
		}
	}
	return nil
}

// tries reports whether a receive is to be tried. If not, its first try is left to
// the poller or to the spin.
func (t *Turn) tries() bool {
	return t.stage == stageReady || t.stage == stageFirst && !t.d.cold && !t.d.eager
}

// wait continues a receive on AF_UNIX after a try that failed with e, or before any
// try. It returns nil if another try is worth it, ErrPark if the call is ready to
// park, and errAgain if the receive has to be repeated in the poller.
func (t *Turn) wait(call string, e sys.Errno) error {
	if t.stage == stageFirst {
		switch {
		case e == 0 && t.goesToPoller():
			return t.ready()
		case e == sys.EAGAIN && t.registersFirst():
			t.stage = stageNew
			return ErrPark
		}
	}
	err := t.readable(call, e)
	if err == ErrPark {
		if !t.s.is(factPolled) {
			t.stage = stageNew
			return ErrPark
		}
		return t.ready()
	}
	if err != nil {
		t.stage = stageFirst
	}
	return err
}

// ready makes the call ready to park and returns ErrPark, or the error that ends
// it.
func (t *Turn) ready() error {
	if err := t.setParked(true); err != nil {
		t.stage = stageFirst
		return err
	}
	t.stage = stageArmed
	return ErrPark
}

// goesToPoller does the work of readable for nearly all receives that have to wait:
// those of a cold direction, which leaves the first try to the poller, with nothing
// to look at that could end them. For the others it returns false and does nothing.
func (t *Turn) goesToPoller() bool {
	s := t.s
	if s.facts.Load()&(factPolled|factUnwatched) != factPolled || !t.quiet() || s.spinSetting() != 0 {
		return false
	}
	if t.meet(); t.d.with == alone || procsSeen.Load() == 1 && !s.is(factPeerElsewhere) {
		t.thaw()
	}
	return true
}

// registersFirst does the work of readable for the first receive of a socket that
// has to wait, with nothing to look at that could end it. It is separate because
// the stack must not be deep there: an idle connection may have waited only once.
// For other receives it returns false and does nothing.
func (t *Turn) registersFirst() bool {
	s := t.s
	if s.is(factPolled|factUnwatched) || s.peerKnown() && !s.parksAtOnce() || !t.quiet() || s.spinSetting() != 0 {
		return false
	}
	t.meet()
	t.d.cold = true // register asks where the peer is
	return true
}

// parksAtOnce reports whether a call whose peer is known neither spins nor yields.
func (s *Socket) parksAtOnce() bool { return procs() != 1 && s.peerHere() }

// readable is wait without making the call ready to park. The call may spin.
func (t *Turn) readable(call string, e sys.Errno) error {
	switch t.stage {
	case stageReady:
		return t.unready(call, e)
	case stageFirst:
		done, err := t.begun(call, nil, e)
		if done && err == nil {
			t.stage = stageReady
		}
		if done || err != nil {
			return err
		}
	}
	if !t.quiet() {
		if err := t.Err(); err != nil {
			return err
		}
		if t.shut() {
			return errAgain
		}
	}
	if t.s.is(factUnwatched) {
		return errAgain
	}
	return ErrPark
}

// errAgain says that a receive has to be repeated in the poller: on a socket that
// was shut down, or that the poller does not watch, and where readiness turned out
// to be false. In the last case another holder of the socket took the message, or
// poll(2) does not agree with the call, and the poller would at once report the
// same readiness again.
var errAgain = errors.New("receive again")

// unready returns the error of a receive that failed with e although the socket was
// readable.
func (t *Turn) unready(call string, e sys.Errno) error {
	switch e {
	case sys.EAGAIN:
		t.s.noteShut()
		return errAgain
	case sys.EINTR:
		return errAgain
	}
	return sysErr(call, e)
}

// tried ends a try that followed a wait: what was known of the message is not known
// of the next.
func (t *Turn) tried() { t.s.clean = false }

// parks parks a receive if *err is ErrPark. It sets *err to the outcome of the wait
// and reports whether the receive is to be made again.
func (t *Turn) parks(err *error) bool {
	if *err != ErrPark {
		return false
	}
	*err = t.Woken(t.Park())
	return *err == nil
}
