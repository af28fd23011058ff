package socket

import (
	"sync/atomic"
	"time"
)

// company is which sockets of the process a call that waits has waited with.
type company uint8

const (
	busy  company = iota // others wait all the time
	quiet                // hardly any wait
	alone                // the last waits were all of its own socket
)

// waits is what all calls that wait change. It has a line of the processors' caches to
// itself: each change takes that from the other processors.
var waits struct {
	_ [64]byte

	// last is, from bit 32 on, the number of the socket that waited last, below that
	// how many waits there were, but for those of a socket that is alone, and in the
	// lowest byte how many in a row have been its own.
	last atomic.Uint64

	usual atomic.Uint32 // busy or quiet, as the last ones were
	paced atomic.Int64  // the last look, in terms of now

	_ [64]byte
}

const (
	waiterShift = 32
	oneWait     = 1 << 8
	runMask     = oneWait - 1
)

// number is the socket's for waits.last. That of a closed socket may come again; 0 is
// nobody.
func (s *Socket) number() uint64 { return uint64(s.num) + 1 }

// aloneAfter is how many waits in a row have to be of one socket before it is alone.
const aloneAfter = 32

// company counts a call that waits, and tells which calls of the process waited
// before it. Unless that were its socket's alone, a spin is no gain even if it meets
// its message: the messages of many connections come through the poller in batches,
// if nobody keeps the processors.
func (s *Socket) company() company {
	last, run := waits.last.Load(), uint64(0)
	if last>>waiterShift == s.number() {
		if run = last & runMask; run == aloneAfter {
			return alone
		}
		run++
	}
	count := (last + oneWait) & (1<<waiterShift - oneWait)
	waits.last.Store(s.number()<<waiterShift | count | run)
	switch {
	case run == aloneAfter:
		return alone
	case count%(paceWindow*oneWait) == 0:
		pace()
	}
	return company(waits.usual.Load())
}

// Hardly any call waits where the process has nothing to run in between.
const (
	paceWindow = 64                    // waits, of which the mean is taken
	rarely     = 12 * time.Microsecond // from one to the next
)

// pace looks how often calls wait.
func pace() {
	at := now()
	if at-waits.paced.Swap(at) >= paceWindow*int64(rarely) {
		waits.usual.Store(uint32(quiet))
	} else {
		waits.usual.Store(uint32(busy))
	}
}
