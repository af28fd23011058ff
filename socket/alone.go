package socket

import "sync/atomic"

// lastWaiter is, from bit 8 on, the number of the socket that waited last, of
// all, and below that how many waits in a row have been its own.
var lastWaiter atomic.Uint64

// number is the socket's for lastWaiter. That of a closed socket may come again; 0 is
// nobody.
func (s *Socket) number() uint64 { return uint64(s.num) + 1 }

// aloneAfter is how many waits in a row have to be of one socket before it
// spins.
const aloneAfter = 32

// alone counts a call that waits, and reports whether the last ones of the
// process were all of its socket. If not, a spin is no gain even if it meets
// its message: the messages of many connections come through the poller in
// batches, if nobody keeps the processors.
func (s *Socket) alone() bool {
	first, last := s.number()<<8, lastWaiter.Load()
	switch {
	case last>>8 != first>>8:
		lastWaiter.Store(first)
		return false
	case last == first+aloneAfter:
		return true
	}
	lastWaiter.Store(last + 1)
	return last+1 == first+aloneAfter
}
