package socket

import (
	"errors"

	"example.com/uds/internal/sys"
)

// ErrPark is the error of a receive that has to wait: its caller goes on with
// Turn.Park and Turn.Woken, and then makes the receive again. Or it ends the turn.
var ErrPark = errors.New("the call has to park")

// Stages of a receive that waits until the socket is readable: for that the
// poller need not repeat the receive, so nothing is kept, and no frame but the
// caller's and those of Park are on the stack of a parked call.
const (
	stageFirst = iota // before the first try
	stageReady        // the socket is readable: the next try is behind a wait
	stageWoken        // something woke the call that may have ended it
	stageNew          // Park is to register the socket

	// From here on the call is marked as parked, until Woken.

	stageArmed // ready to park
	stageAsked // the poller has looked once,
	stageTold  // and been told that the socket is readable
)

// Park parks the call whose receive returned ErrPark. It is made in the caller's
// frame: a parked call's stack is most of what an idle connection costs. The first
// call of a socket that has to park waits here for the registration instead.
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

// told is what the poller asks before it waits, where a look has to follow, and when
// it has found the socket readable. The receive is not made here, where the stack is
// deep.
func (t *Turn) told() bool {
	told := t.stage != stageArmed
	if t.stage = stageAsked; told {
		t.stage = stageTold
	}
	return told
}

// Woken goes on after Park returned err. It returns the error that ends the call,
// or nil: then the receive is to be made again.
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

// tries reports whether a receive is to be tried. If not, the first try of it is
// left to the poller, or to the spin.
func (t *Turn) tries() bool {
	return t.stage == stageReady || t.stage == stageFirst && !t.d.cold && !t.d.eager
}

// wait goes on with a receive on AF_UNIX after a try that failed with e, or with
// none yet. It returns nil if another try is worth it, ErrPark if the call is ready
// to park, and errAgain if the receive has to be repeated in the poller.
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

// ready makes the call ready to park, which is ErrPark.
func (t *Turn) ready() error {
	if err := t.setParked(true); err != nil {
		t.stage = stageFirst
		return err
	}
	t.stage = stageArmed
	return ErrPark
}

// goesToPoller is readable for nearly all receives that have to wait: those of a
// direction that is cold, and so leaves the first try to the poller, with nothing to
// look at that could end them. Of others it is not true.
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

// registersFirst is readable for the first receive of a socket that has to wait, with
// nothing to look at that could end it. It is here so that the stack is not deep where
// that is: an idle connection may have waited only once. Of others it is not true.
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

// readable is wait, but for making the call ready to park. The call may spin.
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
// to be none. Then another holder of the socket took the message, or poll(2) does
// not agree with the call, and the poller would report the same readiness at once
// again.
var errAgain = errors.New("receive again")

// unready is the error of a receive that failed with e although the socket was
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

// tried ends a try behind a wait: what was known of the message is not known of
// the next.
func (t *Turn) tried() { t.s.clean = false }

// parks makes a receive that returned err, which is ErrPark, park and reports
// whether it is to be made again.
func (t *Turn) parks(err *error) bool {
	if *err != ErrPark {
		return false
	}
	*err = t.Woken(t.Park())
	return *err == nil
}
