package socket

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// backlogs holds the lines of the calls of the process that wait for room in a
// listener's backlog. Only the front call of a line looks for room, until it gets
// it; then it is the next one's turn to look. The others look around as sends to a
// full receiver do, because two listeners may have one name.
var backlogs = newFullTable()

// backlogged counts these calls.
var backlogged atomic.Int32

// connectWithRoom repeats a connect until the backlog has room for it.
func (t *Turn) connectWithRoom(to *Sockaddr) (sys.Errno, error) {
	own := t.s.fullTable().join(&to.raw) // lets what ends the call wake it
	defer own.leave()
	c := backlogs.join(&to.raw)
	defer c.leave()
	own.enter(c)
	defer own.enter(nil)
	backlogged.Add(1)
	defer backlogged.Add(-1)
	var p pauses
	for {
		front := c.front()
		if err := t.check(); err != nil {
			return 0, err
		}
		if front || p.looked {
			if e := sys.Connect(t.s.fd(), &to.raw); e != sys.EAGAIN {
				return e, nil
			}
		}
		p.looked = true
		if front {
			c.nap(earlier(t.end(), p.next(now())))
		} else {
			c.nap(t.soon(backlogged.Load()))
		}
	}
}

// pauses are those of a call that waits for room.
type pauses struct {
	looked bool          // after the first pause
	last   time.Duration // of the front call; 0: none
	since  int64         // when the call became the front one
}

// next returns when the front call's pause that begins at now ends. Pauses vary:
// calls of several processes that began together would otherwise come together.
func (p *pauses) next(now int64) int64 {
	if p.last == 0 {
		p.since = now
	}
	patience := min(time.Duration(now-p.since)/100, 10*longestPause)
	p.last = min(nextPause(p.last), max(longestPauseOf(backlogs.n.Load()), patience))
	return now + int64(p.last-rand.N(p.last/2))
}

// nextPause returns twice a pause, and at least 50 µs.
func nextPause(pause time.Duration) time.Duration { return max(50*time.Microsecond, 2*pause) }

// longestPauseOf returns the longest pause of each of n calls that look for what no
// event tells. Together they make at most some 5,000 tries a second, as 40 calls
// do.
func longestPauseOf(n int32) time.Duration {
	return max(longestPause, time.Duration(n)*250*time.Microsecond)
}

// longestPause is that of a call that is alone: it makes some 130 tries a second,
// until its patience makes them fewer.
const longestPause = 10 * time.Millisecond
