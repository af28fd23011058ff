package socket

import (
	"context"
	"net"
	"os"
	"runtime"
)

// Turn is the exclusive use of one direction of a socket: the calls made in it
// follow each other with no other caller's between them. BeginRecv and
// BeginSend start one, End ends it; in between the descriptor stays open. A
// Turn belongs to one goroutine and must not be copied.
//
// The time limits of the calls in it are those of one operation: a timeout
// counts from the start of the turn, and Cancel ends all that is left of it.
//
// A send to an address lets others send while it waits for a full AF_UNIX datagram
// socket. The turn is over when it returns, and only End may follow. The same holds
// after a receive that Close ended.
type Turn struct {
	s     *Socket
	d     *direction
	seen  uint32 // the direction's state when the call began
	gone  bool   // a call gave the turn away
	stage uint8  // of a receive that waits: stageFirst …
	bound bool   // a context may end the call, or could end an earlier one: see kept.end
	ended bool   // the last receive met the end that Shutdown made
	limit int64  // when the call ends by its timeout; 0: never
}

// BeginRecv waits for the receiving direction to be free and makes t its turn.
// It fails, and takes nothing, if the socket is closed or a deadline has passed.
func (s *Socket) BeginRecv(t *Turn) error { return s.begin(t, &s.r) }

// BeginSend is BeginRecv for the sending direction.
func (s *Socket) BeginSend(t *Turn) error { return s.begin(t, &s.w) }

// TryBeginRecv is BeginRecv that does not wait: ErrWouldBlock says that
// another caller has the turn.
func (s *Socket) TryBeginRecv(t *Turn) error { return s.tryBegin(t, &s.r) }

// TryBeginSend is TryBeginRecv for the sending direction.
func (s *Socket) TryBeginSend(t *Turn) error { return s.tryBegin(t, &s.w) }

func (s *Socket) begin(t *Turn, d *direction) error {
	seen := d.state.Load()
	*t = Turn{s: s, d: d, seen: seen}
	if seen&(stTimed|stClosed|stDetach|stBehind) != 0 || !s.live() {
		return t.beginSlow(context.Background())
	}
	if !d.turn.TryLock() {
		if err := t.queue(); err != nil {
			return err
		}
	}
	if d.state.Load() != seen {
		return t.checked()
	}
	return nil
}

func (s *Socket) tryBegin(t *Turn, d *direction) error {
	*t = Turn{s: s, d: d, seen: d.state.Load()}
	if t.seen&stTimed != 0 {
		t.setLimit()
	}
	return t.tryAcquire()
}

// tryAcquire is acquire without waiting; it also looks at what may end the call.
func (t *Turn) tryAcquire() error {
	if err := t.over(); err != nil {
		return err
	}
	if !t.d.turn.TryLock() {
		return ErrWouldBlock
	}
	return t.checked()
}

// beginSlow is begin for a call that something may end while it waits: a timeout, a
// deadline, a context, Close or Detach. It also serves while calls that a Cancel is
// to end are queued: this call began after the Cancel, so it gives the turn back
// until they have had theirs.
func (t *Turn) beginSlow(ctx context.Context) error {
	t.setLimit()
	return t.beginLimited(ctx)
}

// beginLimited is beginSlow for a call whose limit is set.
func (t *Turn) beginLimited(ctx context.Context) error {
	if err := t.over(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ContextError(ctx)
	}
	if err := t.acquire(ctx); err != nil {
		return err
	}
	for t.behind() {
		t.End()
		runtime.Gosched()
		if err := t.acquire(ctx); err != nil {
			return err
		}
	}
	return t.checked()
}

// setLimit sets when the call ends by its timeout.
func (t *Turn) setLimit() {
	if timeout := t.s.timeout(t.d); timeout != 0 {
		t.limit = saturated(now(), timeout)
	}
}

// checked ends the turn if its call must end.
func (t *Turn) checked() error {
	t.lend()
	err := t.check()
	if err != nil {
		t.End()
	}
	return err
}

// Parks reports whether the last receive returned ErrPark.
func (t *Turn) Parks() bool { return t.stage >= stageNew }

// End ends the turn.
func (t *Turn) End() {
	if t.stage >= stageArmed {
		t.d.unpark()
	}
	if t.gone {
		return
	}
	t.d.turn.Unlock() // from here on as Socket.end, but without the extra call
	if t.d.parking.Load() >= pkAnnounce {
		t.s.tell(t.d)
	}
}

// leave ends the turn of a call that runs a function of its caller's, which may
// have panicked, or ended its goroutine, in a try.
func (t *Turn) leave() {
	t.forget()
	t.End()
}

// Held reports whether the turn goes on: no call gave it away.
func (t *Turn) Held() bool { return !t.gone }

// Err returns the error that ends what is left of the turn, or nil. The turn must
// not have been given away: see Held. Calls that find what they want at once do not
// look; a caller that makes many of them calls Err in between.
func (t *Turn) Err() error {
	t.lend()
	return t.check()
}

// check returns the error that ends the call whose turn it is, or nil.
func (t *Turn) check() error {
	if err := t.over(); err != nil {
		return err
	}
	if t.bound {
		if kept := t.s.kept(t.d); kept != nil {
			return kept.end.error()
		}
	}
	return nil
}

// quiet reports whether nothing that could end the call has happened since it
// began, and no time limit or context can end it.
func (t *Turn) quiet() bool {
	return t.d.state.Load() == t.seen && t.seen&(stCancel-1) == 0 && t.limit == 0 && !t.bound
}

// over is check for all that any caller may look at, which is everything but the
// context.
func (t *Turn) over() error {
	st := t.d.state.Load()
	switch {
	case st&stClosed != 0 || !t.s.live():
		return net.ErrClosed
	case cancelled(t.seen, st):
		return context.Canceled
	case st&stTimed == 0 && t.limit == 0:
		return nil
	}
	if end := earlier(t.s.deadline(t.d), t.limit); end != 0 && now() >= end {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// earlier returns the smaller of two times, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
