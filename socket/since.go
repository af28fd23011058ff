package socket

import "context"

// Began says when a call that sends in several turns began, for BeginSendSince. The
// zero Began is the present.
type Began struct {
	seen  uint32 // the direction's state
	limit int64  // when the call ends by its timeout; 0: never
	set   bool
}

// SendBegan returns the present.
func (s *Socket) SendBegan() Began {
	t := Turn{s: s, d: &s.w, seen: s.w.state.Load()}
	t.setLimit()
	return Began{seen: t.seen, limit: t.limit, set: true}
}

// BeginSendSince is BeginSend for a call that has begun: the timeout counts from
// then, and a Cancel since then ends it.
func (s *Socket) BeginSendSince(t *Turn, b Began) error {
	if !b.set {
		return s.BeginSend(t)
	}
	*t = b.turn(s)
	return t.beginLimited(context.Background())
}

// TryBeginSendSince is BeginSendSince that does not wait: ErrWouldBlock says that
// another caller has the turn.
func (s *Socket) TryBeginSendSince(t *Turn, b Began) error {
	if !b.set {
		return s.TryBeginSend(t)
	}
	*t = b.turn(s)
	return t.tryAcquire()
}

func (b Began) turn(s *Socket) Turn {
	return Turn{s: s, d: &s.w, seen: b.seen, limit: b.limit}
}

// SendMark returns a mark of the present for Turn.CancelledSince, for a call
// that sends in several turns.
func (s *Socket) SendMark() uint32 { return s.w.state.Load() / stCancel }

// RecvMark is SendMark for a call that receives in several turns.
func (s *Socket) RecvMark() uint32 { return s.r.state.Load() / stCancel }

// CancelledSince reports whether Cancel was called between mark and the start of
// the turn's call. A later Cancel ends the turn itself.
func (t *Turn) CancelledSince(mark uint32) bool { return t.seen/stCancel != mark }
