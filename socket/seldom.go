package socket

import "sync/atomic"

// seldom holds what few sockets need. It is made when first needed, because every
// idle connection pays for the fields of a Socket.
type seldom struct {
	r, w      seldomDirection
	proto     int                       // the protocol number; constant
	detaching *detaching                // under way; guarded by the socket's mu
	spin      atomic.Int64              // what SetSpin set: 0 adapts, < 0 never spins, > 0 always spins, at most so many ns
	full      atomic.Pointer[fullTable] // destinations that calls wait for
	drained   chan struct{}             // closed when the last of users leaves
}

type seldomDirection struct {
	timeout atomic.Int64 // nanoseconds per operation; 0: none
	applied atomic.Int64 // the deadline that the poller has; if 0, limit is 0 as well; changed under the socket's mu

	// Guarded by the socket's mu.
	limit  int64    // when the parked call ends by its timeout: the turn's limit
	queued int32    // callers that wait for the turn, without those of behind
	behind int32    // callers that wait for the turn and that a Cancel is to end
	line   []*place // callers that wait for the turn in line
}

func (s *Socket) seldom() *seldom {
	x := s.extra()
	if x.few.Load() == nil {
		x.few.CompareAndSwap(nil, new(seldom))
	}
	return x.few.Load()
}

// of returns the part that belongs to d.
func (few *seldom) of(d *direction) *seldomDirection {
	if d.sends {
		return &few.w
	}
	return &few.r
}
