package socket

import "sync/atomic"

// extra holds what a socket needs that does more than wait for what comes next: a
// deadline, a call that the poller repeats, the other end of a pair. It is made
// when first needed, because every idle connection pays for the fields of a Socket.
type extra struct {
	r, w extraDirection
	pair *atomic.Bool           // shared by the two ends of a pair: one may be in another process; the pointer is constant
	few  atomic.Pointer[seldom] // what fewer sockets need
}

type extraDirection struct {
	kept     *kept        // made in a turn
	deadline atomic.Int64 // as a value of now; 0: none
}

// extra returns the socket's extra, making it if need be.
func (s *Socket) extra() *extra {
	if s.more.Load() == nil {
		s.more.CompareAndSwap(nil, new(extra))
	}
	return s.more.Load()
}

// of returns the part that belongs to d.
func (x *extra) of(d *direction) *extraDirection {
	if d.sends {
		return &x.w
	}
	return &x.r
}

// deadline returns the deadline that was set; 0: none.
func (s *Socket) deadline(d *direction) int64 {
	if x := s.more.Load(); x != nil {
		return x.of(d).deadline.Load()
	}
	return 0
}

// kept returns what the direction keeps, or nil. The caller has the turn.
func (s *Socket) kept(d *direction) *kept {
	if x := s.more.Load(); x != nil {
		return x.of(d).kept
	}
	return nil
}

// pair returns what the two ends of a pair share, or nil.
func (s *Socket) pair() *atomic.Bool {
	if x := s.more.Load(); x != nil {
		return x.pair
	}
	return nil
}

// few returns what few sockets need, or nil.
func (s *Socket) few() *seldom {
	if x := s.more.Load(); x != nil {
		return x.few.Load()
	}
	return nil
}
