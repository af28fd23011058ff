package socket

import (
	"os"
	"time"

	"example.com/uds/internal/sys"
)

// fullFront is a call in the second line, and what it knows of its destination.
type fullFront struct {
	*fullCall
	t     *Turn
	fresh bool          // the helper is connected to the address's current owner
	pause time.Duration // the last pause, while there is nothing to wait for
}

// send repeats op until the result is not EAGAIN or the call ends.
func (f *fullFront) send(call string, op attempt) error {
	for {
		helper, seen, front := f.look()
		if err := f.t.over(); err != nil {
			return err
		}
		if e := try(op, f.t.s); e != sys.EAGAIN {
			return sysErr(call, e)
		}
		if !front {
			f.nap(f.t.soon(fullCalls.Load()))
		} else if err := f.wait(helper, seen); err != nil {
			return err
		}
	}
}

// look returns the helper, its state, which any later kick changes, and whether the
// call is the front one.
func (f *fullFront) look() (helper *Socket, seen uint32, front bool) {
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	if helper = f.line.helper; helper != nil {
		seen = helper.w.state.Load()
	}
	return helper, seen, f.line.calls[0] == f.fullCall
}

// wait waits until another try is worth it.
func (f *fullFront) wait(helper *Socket, seen uint32) error {
	switch {
	case helper == nil:
		return f.open()
	case writable(helper.fd()):
		return f.room(helper)
	}
	t := Turn{s: helper, d: &helper.w, seen: seen, limit: f.t.soon(f.table.n.Load())}
	err := t.await("poll", writableOp{})
	if err == errUnwatched {
		return f.without()
	}
	f.pause, f.fresh = 0, false
	if err == os.ErrDeadlineExceeded {
		f.connect(helper)
	}
	return unlessEnded(err)
}

// unlessEnded returns err, or nil if err only says that a wait ended: the call
// finds out by itself whether it ends too.
func unlessEnded(err error) error {
	if _, ok := err.(*os.SyscallError); ok {
		return err
	}
	return nil
}

// writableOp is done when the socket is writable.
type writableOp struct{}

func (writableOp) try(s *Socket) sys.Errno {
	if writable(s.fd()) {
		return 0
	}
	return sys.EAGAIN
}

// writable reports whether a socket has room, or an error to report.
func writable(fd int) bool {
	events, e := sys.Poll(fd, sys.PollOut)
	return e != 0 || events != 0
}

// open makes the helper. There may be none: the process has reached its limit, the
// receiver is gone, or the receiver is connected to this socket and takes messages
// from nobody else.
func (f *fullFront) open() error {
	s := f.t.s
	h, err := New(int(s.family), int(s.typ), s.Protocol())
	if err != nil {
		return f.without()
	}
	if !f.connect(h) {
		_ = h.Close()
		return f.without()
	}
	f.table.mu.Lock()
	f.line.helper = h
	f.table.mu.Unlock()
	return nil
}

// connect connects the helper to the address's current owner.
func (f *fullFront) connect(helper *Socket) bool {
	f.fresh = sys.Connect(helper.fd(), &f.line.to) == 0
	return f.fresh
}

// room goes on where there was room for the helper, but none for the message. The
// receiver may not be the helper's, the sender's own buffer may be full, or another
// process was faster.
func (f *fullFront) room(helper *Socket) error {
	if !f.fresh && f.connect(helper) {
		return nil
	}
	f.fresh = false
	return f.without()
}

// without goes on where the helper is of no use.
func (f *fullFront) without() error {
	if !writable(f.t.s.fd()) {
		return errOwnBuffer
	}
	if f.pause > 0 {
		f.nap(earlier(f.t.end(), now()+int64(f.pause)))
	}
	f.pause = min(nextPause(f.pause), longestPauseOf(f.table.n.Load()))
	return nil
}
