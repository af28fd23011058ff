package socket

import (
	"errors"
	"net"
	"os"
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

// poller is a socket's registration with the runtime poller. It is made when
// a call has to park for the first time: a socket that never waits never pays
// for it.
type poller struct {
	file *os.File
	conn syscall.RawConn
}

// waiter is what a direction needs to park a call. It refers to the socket only
// while a call is parked: a value that refers to itself is never finalized.
type waiter struct {
	s     *Socket
	op    attempt
	errno sys.Errno
	tries int
	asks  bool
	fn    func(uintptr) bool
	plain plainOp // kept, so that a Recv or Send that waits allocates nothing
	named *namedOp
	whole *wholeOp
	msg   *msgOp
	batch *batchOp
}

// poller returns the socket's registration. The caller holds a turn, so the
// descriptor stays open.
func (s *Socket) poller() (*poller, error) {
	if p := s.poll.Load(); p != nil {
		return p, nil
	}
	s.pollMu.Lock()
	defer s.pollMu.Unlock()
	if p := s.poll.Load(); p != nil {
		return p, nil
	}
	return s.register()
}

func (s *Socket) register() (*poller, error) {
	if e := sys.SetNonblock(s.fd); e != 0 {
		return nil, sysErr("fcntl", e)
	}
	f := os.NewFile(uintptr(s.fd), "socket")
	rc, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	p := &poller{file: f, conn: rc}
	s.poll.Store(p)
	return p, nil
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
	done := false
	switch e {
	case 0:
		t.thaw()
		t.d.waiter().asks = t.asks() && flags&^(MsgPeek|MsgSize) == 0
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
		var err error
		if done, err = t.afterShutdown(call, op); done {
			return err
		}
		if done, err = t.park(op); err != nil {
			return err
		}
	}
	return sysErr(call, t.d.wait.errno)
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
		if done, err := t.afterShutdown(call, op); done {
			return err
		}
		return ErrWouldBlock
	}
	return sysErr(call, e)
}

// await is resume for a call that does not spin.
func (t *Turn) await(call string, op attempt) error { return t.resume(call, op, 0, sys.EINTR) }

// park waits in the poller. It reports whether op is done: if not, something
// woke the call that may have ended it.
func (t *Turn) park(op attempt) (done bool, err error) {
	p, err := t.s.poller()
	if err != nil {
		return false, err
	}
	d := t.d
	if err := t.setParked(p); err != nil {
		return false, err
	}
	w := d.waiter()
	w.s, w.op, w.tries = t.s, op, 0
	if d.sends {
		err = p.conn.Write(w.fn)
	} else {
		err = p.conn.Read(w.fn)
	}
	w.s, w.op, w.asks = nil, nil, false
	d.warm(w.tries == 1)
	d.setUnparked()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false, nil
	}
	if errors.Is(err, os.ErrClosed) {
		err = net.ErrClosed
	}
	return err == nil, err
}

// waiter returns the direction's waiter.
func (d *direction) waiter() *waiter {
	if d.wait == nil {
		w := new(waiter)
		w.fn = func(uintptr) bool { return w.try() }
		d.wait = w
	}
	return d.wait
}

// try is what the poller calls when the socket is ready.
//
// The first try of a receive is expected to fail, for a cold direction leaves
// it to the poller: it asks first, which enters no scheduler.
func (w *waiter) try() bool {
	if w.tries++; w.asks && w.tries == 1 {
		if _, w.errno = sys.Pending(w.s.fd); w.errno != 0 {
			return w.errno != sys.EAGAIN
		}
	}
	w.errno = try(w.op, w.s)
	return w.errno != sys.EAGAIN
}

// setParked gives the poller the call's end, unless it has come already. From
// here on whoever changes what could end the call kicks the direction.
func (t *Turn) setParked(p *poller) error {
	d := t.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := t.check(); err != nil {
		return err
	}
	d.parked, d.limit = true, t.limit
	if t.shut() || d.state.Load()&stDetach != 0 {
		return d.setPoller(p, base, kicked)
	}
	return d.apply(p)
}

func (d *direction) setUnparked() {
	d.mu.Lock()
	d.parked = false
	d.mu.Unlock()
}

// apply gives the poller the earlier of the deadline and the parked call's
// limit. The caller holds d.mu.
func (d *direction) apply(p *poller) error {
	end := earlier(d.deadline.Load(), d.limit)
	if end == d.applied {
		return nil
	}
	var at time.Time
	if end != 0 {
		at = base.Add(time.Duration(end))
	}
	return d.setPoller(p, at, end)
}

// setPoller sets the poller's deadline to at and notes it as applied.
func (d *direction) setPoller(p *poller, at time.Time, applied int64) error {
	var err error
	if d.sends {
		err = p.file.SetWriteDeadline(at)
	} else {
		err = p.file.SetReadDeadline(at)
	}
	if err == nil {
		d.applied = applied
	}
	return err
}

// kicked is the applied deadline of a direction that was kicked: the next call
// to park, or the kicked one if it parks again, sets its own.
const kicked = -1

// kick makes the parked call look again at what could have ended it.
func (s *Socket) kick(d *direction) {
	d.mu.Lock()
	if p := s.poll.Load(); p != nil && d.parked {
		_ = d.setPoller(p, base, kicked)
	}
	d.mu.Unlock()
	if d.sends {
		s.full.kick()
	}
}
