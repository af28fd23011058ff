package socket

import "sync/atomic"

// seldom is what few sockets need. It is made when first needed, because every
// idle connection pays for what is part of a Socket.
type seldom struct {
	r, w      seldomDirection
	proto     int                       // the protocol number; constant
	detaching *detaching                // under way; guarded by the socket's mu
	spin      atomic.Int64              // SetSpin's: 0 adapts, < 0 never, > 0 always, at most so many ns
	full      atomic.Pointer[fullTable] // destinations that calls wait for
	drained   chan struct{}             // closed when the last of users leaves
}

type seldomDirection struct {
	timeout atomic.Int64 // nanoseconds an operation; 0: none
	applied atomic.Int64 // the deadline that the poller has; if 0, limit is 0 as well; changed with the socket's mu

	// With the socket's mu.
	limit  int64         // when the parked call ends by itself: the turn's
	queued int32         // callers that wait for the turn,
	behind int32         // and those whom a Cancel is to end
	freed  chan struct{} // tells those who announced it that a turn ended
}

func (s *Socket) seldom() *seldom {
	x := s.extra()
	if x.few.Load() == nil {
		x.few.CompareAndSwap(nil, new(seldom))
	}
	return x.few.Load()
}

// of is the part of a direction.
func (few *seldom) of(d *direction) *seldomDirection {
	if d.sends {
		return &few.w
	}
	return &few.r
}
