package socket

// SendMark returns a mark of the present for Turn.CancelledSince, for a call
// that sends in several turns.
func (s *Socket) SendMark() uint32 { return s.w.state.Load() / stCancel }

// RecvMark is SendMark for a call that receives in several turns.
func (s *Socket) RecvMark() uint32 { return s.r.state.Load() / stCancel }

// CancelledSince reports whether Cancel was called between mark and the start of
// the turn's call. A later Cancel ends the turn itself.
func (t *Turn) CancelledSince(mark uint32) bool { return t.seen/stCancel != mark }
