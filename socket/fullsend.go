package socket

import (
	"errors"
	"net"
	"os"
	"time"

	"example.com/uds/internal/sys"
)

// recheck is how long a call relies on its helper. The file at a path may be
// replaced while the socket it was lives on, which no event tells: after this
// time the call tries again by name. Ten tries a second cost nothing.
const recheck = 100 * time.Millisecond

// runTo is run for a message to an address. If it has to wait for a full
// receiver the turn is over when it returns.
func (t *Turn) runTo(call string, op attempt, to *sys.Sockaddr, flags int) error {
	if to.IsZero() || t.s.family != sys.AFUnix || t.s.typ != sys.SockDgram {
		return t.run(call, op, flags)
	}
	ahead := t.s.full.has(to)
	if !ahead {
		if e := try(op, t.s); e != sys.EAGAIN {
			return sysErr(call, e)
		}
	}
	if flags&MsgDontwait != 0 {
		return ErrWouldBlock
	}
	if !ahead && t.spinFirst(op) {
		return sysErr(call, t.d.wait.errno)
	}
	return t.waitFull(call, op, to)
}

// waitFull stands in line for the destination and repeats op. It gives the turn
// to others, and with it the state that the direction keeps for its calls: op
// is this call's alone from here on.
func (t *Turn) waitFull(call string, op attempt, to *sys.Sockaddr) error {
	if !t.s.users.enter() {
		return net.ErrClosed
	}
	defer t.s.users.leave()
	w := t.s.full.table().join(to)
	defer w.leave()
	if wait := t.d.wait; wait != nil {
		wait.named, wait.msg, wait.batch = nil, nil, nil
	}
	t.gone = true
	t.d.end()
	if err := w.line(t); err != nil {
		return err
	}
	return w.send(t, call, op)
}

// regain takes the turn again after a call that gave it away.
func (t *Turn) regain() error {
	if !t.gone {
		return nil
	}
	if err := t.acquire(nil); err != nil {
		return err
	}
	t.gone = false
	return t.check()
}

// line waits to be the front call.
func (w *fullWait) line(t *Turn) error {
	for !w.front() {
		if err := t.over(); err != nil {
			return err
		}
		w.nap(t.end())
	}
	return nil
}

// end is when the call ends by itself: 0 is never.
func (t *Turn) end() int64 { return earlier(t.d.deadline.Load(), t.limit) }

// nap waits to be told something, at most until end.
func (w *fullWait) nap(end int64) {
	if end == 0 {
		<-w.wake
		return
	}
	timer := time.NewTimer(time.Duration(end - now()))
	defer timer.Stop()
	select {
	case <-w.wake:
	case <-timer.C:
	}
}

// send repeats op, as the front call, until it does something else than EAGAIN
// or the call ends.
func (w *fullWait) send(t *Turn, call string, op attempt) error {
	for f := (fullFront{w: w, t: t}); ; {
		seen := w.seen()
		if err := t.over(); err != nil {
			return err
		}
		if e := try(op, t.s); e != sys.EAGAIN {
			return sysErr(call, e)
		}
		if err := f.wait(seen); err != nil {
			return err
		}
	}
}

// seen is the state of the helper before the call looks whether it has to end:
// a kick from then on changes it.
func (w *fullWait) seen() uint32 {
	if h := w.peer.helper; h != nil {
		return h.w.state.Load()
	}
	return 0
}

// fullFront is what the front call knows of its destination.
type fullFront struct {
	w     *fullWait
	t     *Turn
	fresh bool          // the helper is connected to who has the address
	pause time.Duration // the last pause, while there is nothing to wait for
}

// wait waits until another try is worth it.
func (f *fullFront) wait(seen uint32) error {
	h := f.w.peer.helper
	switch {
	case h == nil:
		return f.open()
	case writable(h.fd):
		return f.room(h)
	}
	f.pause, f.fresh = 0, false
	err := h.untilWritable(seen, f.end())
	if errors.Is(err, os.ErrDeadlineExceeded) {
		f.connect(h)
	}
	return unlessEnded(err)
}

// end is the end of a wait.
func (f *fullFront) end() int64 { return earlier(f.t.end(), now()+int64(recheck)) }

// unlessEnded is err, unless it says that a wait ended: the call's own check
// finds out whether it ends too.
func unlessEnded(err error) error {
	if _, ok := err.(*os.SyscallError); ok {
		return err
	}
	return nil
}

// untilWritable waits on a helper.
func (s *Socket) untilWritable(seen uint32, end int64) error {
	t := Turn{s: s, d: &s.w, seen: seen, limit: end}
	return t.await("poll", writableOp{})
}

// writableOp is done when the socket is writable.
type writableOp struct{}

func (writableOp) try(s *Socket) sys.Errno {
	if writable(s.fd) {
		return 0
	}
	return sys.EAGAIN
}

// writable reports whether a socket has room, or an error to report.
func writable(fd int) bool {
	events, e := sys.Poll(fd, sys.PollOut)
	return e != 0 || events != 0
}

// open makes the helper. There may be none to have: the process has reached its
// limit, the receiver has gone, or it is connected to this socket and takes
// nobody else.
func (f *fullFront) open() error {
	s := f.t.s
	h, err := New(int(s.family), int(s.typ), int(s.proto))
	if err != nil {
		return f.without()
	}
	if !f.connect(h) {
		_ = h.Close()
		return f.without()
	}
	f.w.table.mu.Lock()
	f.w.peer.helper = h
	f.w.table.mu.Unlock()
	return nil
}

// connect connects the helper to who has the address.
func (f *fullFront) connect(h *Socket) bool {
	f.fresh = sys.Connect(h.fd, &f.w.peer.to) == 0
	return f.fresh
}

// room goes on where there was room for the helper, but none for the message.
// The receiver may be another than the helper's; or it is the sender's own
// buffer that is full; or another sender was faster.
func (f *fullFront) room(h *Socket) error {
	if !f.fresh && f.connect(h) {
		return nil
	}
	f.fresh = false
	return f.without()
}

// without waits where the helper is of no use.
func (f *fullFront) without() error {
	if !writable(f.t.s.fd) && f.t.d.turn.TryLock() {
		defer f.t.d.end()
		return f.ownBuffer()
	}
	f.rest()
	return nil
}

// ownBuffer waits until much of what the socket sent has been received. The
// call has the turn again: nobody else can send either.
func (f *fullFront) ownBuffer() error {
	own := Turn{s: f.t.s, d: f.t.d, seen: f.t.seen, limit: f.end()}
	return unlessEnded(own.await("poll", writableOp{}))
}

// rest waits for a while: nothing tells when a descriptor for a helper, or the
// turn, is to be had. The first time it does not.
func (f *fullFront) rest() {
	if f.pause > 0 {
		f.w.nap(earlier(f.t.end(), now()+int64(f.pause)))
	}
	f.pause = nextPause(f.pause)
}
