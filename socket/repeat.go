package socket

import "example.com/uds/internal/sys"

// repetition is a call that the poller repeats until the call has a result.
type repetition struct {
	s      *Socket
	d      *direction
	op     attempt
	result sys.Errno // the last try's
	tries  int       // since the call parked
}

// repeat has the poller repeat op. Each round looks at what may end the call (a
// Detach, a deadline, Cancel, Close, Shutdown) and then parks.
func (t *Turn) repeat(call string, op attempt) error {
	defer t.unarm()
	r := repetition{s: t.s, d: t.d, op: op}
	for {
		if !t.quiet() {
			if over, err := t.stirred(call, op); over {
				return err
			}
		}
		if err := t.arm(); err != nil {
			return t.unarmed(call, op, err)
		}
		err := r.park()
		done, err := t.woken(err, r.tries == 1)
		if err != nil {
			return err
		}
		if done && r.result != sys.EAGAIN {
			return sysErr(call, r.result)
		}
	}
}

// park parks the call. The function that the poller calls is on the stack, so an
// idle connection keeps nothing for it.
func (r *repetition) park() error {
	r.tries = 0
	poller, err := r.s.poll.SyscallConn()
	if err != nil {
		return err
	}
	f := func(uintptr) bool { return r.try() }
	if r.d.sends {
		return poller.Write(f)
	}
	return poller.Read(f)
}

// try is what the poller calls before it waits and when the socket is ready. It
// reports whether the wait is over.
func (r *repetition) try() bool {
	r.tries++
	r.result = try(r.op, r.s)
	return r.result != sys.EAGAIN || r.shut()
}

// shut reports whether the call receives and another holder of the socket has shut
// down receiving, which the poller reports only once.
func (r *repetition) shut() bool { return !r.d.sends && r.s.noteShut() }

// stirred looks at what may end a call that is not quiet, and reports whether it
// is over.
func (t *Turn) stirred(call string, op attempt) (over bool, _ error) {
	if err := t.Err(); err != nil {
		return true, err
	}
	return t.afterShutdown(call, op)
}

// unarm ends the wait of a call that does not return from the poller because a
// function of its caller's panicked, or ended its goroutine, in a try.
func (t *Turn) unarm() {
	if t.d.parked() {
		t.d.unpark()
	}
}

// unarmed ends a call that would have to wait, but cannot because of err. If the
// reason is that the poller takes no more descriptors, unarmed makes a last try.
func (t *Turn) unarmed(call string, op attempt, err error) error {
	if err != errUnwatched {
		return err
	}
	e := try(op, t.s)
	if e == sys.EAGAIN {
		return err
	}
	return sysErr(call, e)
}
