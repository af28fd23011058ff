package socket

import "example.com/uds/internal/sys"

// repetition is a call that the poller repeats until the call has a result.
type repetition struct {
	s      *Socket
	d      *direction
	op     attempt
	result sys.Errno // the last try's
	tries  uint8     // since the call parked: 0, 1, or 2 for more
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
		if err := t.arm(false); err != nil {
			return t.unarmed(call, op, err)
		}
		err := r.park()
		if done, err := t.woken(err, r.tries == 1); err != nil {
			return err
		} else if done && r.result != sys.EAGAIN {
			return sysErr(call, r.result)
		}
	}
}

// park parks the call. What the poller calls is on its stack: an idle connection
// keeps nothing for it.
func (r *repetition) park() error {
	r.tries = 0
	poller, err := r.s.poll.Load().SyscallConn()
	if err != nil {
		return err
	}
	try := func(uintptr) bool { return r.try() }
	if r.d.sends {
		return poller.Write(try)
	}
	return poller.Read(try)
}

// try is what the poller calls before it waits and when the socket is ready. It
// reports whether the call need not wait any more.
func (r *repetition) try() bool {
	if r.tries < 2 {
		r.tries++
	}
	r.result = try(r.op, r.s)
	return r.result != sys.EAGAIN || r.shut()
}

// shut reports whether the call receives on a socket that somebody else who has
// it shut down: the poller tells that but once.
func (r *repetition) shut() bool { return !r.d.sends && r.s.noteShut() }

// stirred looks at what may end a call that is not quiet, and reports whether it
// is over.
func (t *Turn) stirred(call string, op attempt) (over bool, _ error) {
	if err := t.Err(); err != nil {
		return true, err
	}
	return t.afterShutdown(call, op)
}

// unarm ends the wait of a call of which a function of the caller's did not return
// from a try that the poller made: it panicked, or ended its goroutine.
func (t *Turn) unarm() {
	if t.d.parked() {
		t.d.unpark()
	}
}

// unarmed ends a call that would have to wait, and can not because of err: with
// what there is already, if the poller takes no more descriptors.
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
