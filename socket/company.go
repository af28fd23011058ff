package socket

import (
	"sync/atomic"
	"time"
)

// company is which sockets of the process a call that waits has waited with. Below
// quiet it is that others wait all the time, and from crowded on that they did so
// between any two waits: then not all waits are counted, and it is crowded and how many
// were not.
type company uint8

const (
	busy    company = iota
	between               // others waited between the last two waits
	crowded               // so they did before that one, too
	quiet   company = 254 // hardly any wait
	alone   company = 255 // the last waits were all of its own socket
)

// uncounted is how many waits in a row are not counted: each that is takes the line of
// waits from another processor.
const uncounted = 7

// busy reports whether others wait all the time.
func (c company) busy() bool { return c < quiet }

// waits are what all calls that wait change. It has a line of the processors' caches to
// itself: each change takes that from the other processors.
var waits struct {
	_ [64]byte

	// last is, from bit 32 on, the number of the socket that waited last, below that
	// how many waits there were, but for those of a socket that is alone, and in the
	// lowest byte how many in a row have been its own.
	last atomic.Uint64

	rare  atomic.Bool  // as the last ones were
	paced atomic.Int64 // the last look, in terms of now

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

// meet counts a call that waits, and sees which calls of the process waited before
// it. Unless that were its socket's alone, a spin is no gain even if it meets its
// message: the messages of many connections come through the poller in batches, if
// nobody keeps the processors.
func (t *Turn) meet() {
	if t.d.with-crowded < uncounted { // of unsigned numbers
		t.d.with++
	} else {
		t.count()
	}
}

// count is meet that counts this wait, and those before it that were not.
func (t *Turn) count() {
	s, d := t.s, t.d
	last, run, n := waits.last.Load(), uint64(0), uint64(1)
	if last>>waiterShift == s.number() {
		if run = last & runMask; run == aloneAfter {
			d.with = alone
			return
		}
		run++
	}
	if d.with == crowded+uncounted {
		n += uncounted
	}
	sum := (last&^runMask + n*oneWait) & (1<<waiterShift - 1)
	waits.last.Store(s.number()<<waiterShift | sum | run)
	if (sum^last)&(1<<waiterShift-1)/(paceWindow*oneWait) != 0 {
		pace()
	}
	switch {
	case run == aloneAfter:
		d.with = alone
	case waits.rare.Load():
		d.with = quiet
	case run > 0:
		d.with = busy
	case d.with == busy || !d.with.busy():
		d.with = between
	default:
		d.with = crowded
	}
}

// Hardly any call waits where the process has nothing to run in between.
const (
	paceWindow = 64                   // waits, of which the mean is taken
	rarely     = 8 * time.Microsecond // from one to the next
)

// pace looks how often calls wait.
func pace() {
	at := now()
	waits.rare.Store(at-waits.paced.Swap(at) >= paceWindow*int64(rarely))
}
