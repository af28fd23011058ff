package socket

import (
	"sync/atomic"
	"time"
)

// company says which sockets of the process a waiting call has waited with. A value
// below quiet says that others wait all the time, and from crowded on that they did
// so between any two waits. Not all waits are counted then, and the value is
// crowded plus the number of those that were not.
type company uint8

const (
	busy    company = iota
	between               // others waited between the last two waits
	crowded               // and also between that pair and the wait before it
	quiet   company = 254 // hardly any call waits
	alone   company = 255 // the last waits were all its own socket's
)

// uncounted is how many waits in a row are not counted: each counted one takes the
// cache line of waits from another processor.
const uncounted = 7

// busy reports whether others wait all the time.
func (c company) busy() bool { return c < quiet }

// waits is what every waiting call changes. It has a cache line to itself, because
// each change takes the line from the other processors.
var waits struct {
	_ [64]byte

	// last holds three numbers: from bit 32 on, the socket that waited last; from
	// bit 8 on, how many waits there were, without those of a socket that is alone;
	// in the lowest byte, how many waits in a row have been that socket's.
	last atomic.Uint64

	rare  atomic.Bool  // whether the last waits were rare
	paced atomic.Int64 // when pace last looked, as a value of now

	_ [64]byte
}

const (
	waiterShift = 32
	oneWait     = 1 << 8
	runMask     = oneWait - 1
)

// number returns the socket's number for waits.last. That of a closed socket may be
// reused; 0 is no socket.
func (s *Socket) number() uint64 { return uint64(s.num) + 1 }

// aloneAfter is how many waits in a row must be one socket's before it is alone.
const aloneAfter = 32

// meet counts a waiting call, and notes which calls of the process waited before
// it. Unless those were all its own socket's, a spin gains nothing even if it meets
// its message: the messages of many connections come through the poller in batches,
// if nobody keeps the processors busy.
func (t *Turn) meet() {
	if t.d.with-crowded < uncounted { // unsigned: false below crowded
		t.d.with++
	} else {
		t.count()
	}
}

// count is meet for a call whose wait is counted, with the uncounted ones before
// it.
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

// Hardly any call waits where the process has nothing to run between two waits.
const (
	paceWindow = 64                   // waits over which the mean is taken
	rarely     = 8 * time.Microsecond // from one wait to the next
)

// pace measures how often calls wait.
func pace() {
	at := now()
	waits.rare.Store(at-waits.paced.Swap(at) >= paceWindow*int64(rarely))
}
