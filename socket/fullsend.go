package socket

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// recheck is how long a call relies on its helper or its place in line. The file at
// a path may be replaced while its old socket lives on, and no event tells of that:
// after this time the call tries again by name.
const recheck = 100 * time.Millisecond

// nextRecheck returns when each of n calls tries again. Together they try at most a
// thousand times a second, and at the same moments, because waking up is what
// costs. The first try of a call is therefore up to half of recheck early or late.
func nextRecheck(now int64, n int32) int64 {
	rounded := (now + int64(recheck)/2) / int64(recheck)
	return (rounded + 1 + int64(n-1)/100) * int64(recheck)
}

// fullCalls counts the calls of the process that wait for a full receiver and are
// the front one of their socket's line.
var fullCalls atomic.Int32

// runTo is run for a message to an address. If it has to wait for a full receiver,
// the turn is over when it returns.
func (t *Turn) runTo(call string, op attempt, to *sys.Sockaddr, flags int) error {
	if to.IsZero() || t.s.family != sys.AFUnix || t.s.typ != sys.SockDgram {
		return t.run(call, op, flags)
	}
	ahead := t.s.fullHas(to)
	if !ahead {
		if e := try(op, t.s); e != sys.EAGAIN {
			return sysErr(call, e)
		}
	}
	if flags&MsgDontwait != 0 {
		return ErrWouldBlock
	}
	t.meet()
	if !ahead {
		if e := t.spinFirst(op); e != sys.EAGAIN {
			return sysErr(call, e)
		}
	}
	return t.waitFull(call, op, to)
}

// waitFull stands in line for the destination and repeats op. It gives the turn to
// others, and takes op out of what the direction keeps for its calls: op is this
// call's alone from here on.
func (t *Turn) waitFull(call string, op attempt, to *sys.Sockaddr) error {
	if !t.s.enter() {
		return net.ErrClosed
	}
	defer t.s.leave()
	c := t.s.fullTable().join(to)
	defer c.leave()
	t.s.extra().of(t.d).kept = nil
	t.gone = true
	t.s.end(t.d)
	if err := c.reachFront(t); err != nil {
		return err
	}
	fullCalls.Add(1)
	defer fullCalls.Add(-1)
	for {
		err := c.send(t, call, op)
		if err == errOwnBuffer {
			err = c.ownBuffer(t)
		} else {
			return err
		}
		if err != nil {
			return err
		}
	}
}

// regain takes the turn again after a call that gave it away.
func (t *Turn) regain() error {
	if !t.gone {
		return nil
	}
	if err := t.acquire(context.Background()); err != nil {
		return err
	}
	t.gone = false
	return t.check()
}

// end returns when the call ends by itself; 0 is never.
func (t *Turn) end() int64 { return earlier(t.s.deadline(t.d), t.limit) }

// soon returns when the call, as one of n, ends by itself or has to look around.
func (t *Turn) soon(n int32) int64 { return earlier(t.end(), nextRecheck(now(), n)) }

// reachFront waits to be the front call of the socket's own line.
func (c *fullCall) reachFront(t *Turn) error {
	for !c.front() {
		if err := t.over(); err != nil {
			return err
		}
		c.nap(t.end())
	}
	return nil
}

// nap waits until the call is told to look again, at most until end.
func (c *fullCall) nap(end int64) {
	if end == 0 {
		<-c.wake
		return
	}
	timer := time.NewTimer(time.Duration(end - now()))
	defer timer.Stop()
	select {
	case <-c.wake:
	case <-timer.C:
	}
}

// send stands in the second line and repeats op until the result is not EAGAIN or
// the call ends.
func (c *fullCall) send(t *Turn, call string, op attempt) error {
	outer := fullLines.join(&c.line.to)
	c.enter(outer)
	f := fullFront{fullCall: outer, t: t}
	err := f.send(call, op)
	c.enter(nil)
	outer.leave()
	return err
}

// errOwnBuffer says that it is the sender's own buffer that is full.
var errOwnBuffer = errors.New("send buffer full")

// ownBuffer waits until much of what the socket sent has been received. It
// takes the turn again: nobody else can send either.
func (c *fullCall) ownBuffer(t *Turn) error {
	if !t.d.turn.TryLock() { // Close, which waits for this call, may have it
		c.nap(earlier(t.end(), now()+int64(time.Millisecond)))
		return nil
	}
	defer t.s.end(t.d)
	own := Turn{s: t.s, d: t.d, seen: t.seen, limit: t.soon(fullCalls.Load())}
	err := own.await("poll", writableOp{})
	if err == errUnwatched {
		c.nap(earlier(t.end(), now()+int64(longestPauseOf(fullCalls.Load()))))
		return nil
	}
	return unlessEnded(err)
}
