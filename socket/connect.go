package socket

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// Connect connects the socket, or gives a datagram socket its peer. It waits
// until ctx ends, the write deadline or the write timeout passes. A connect
// that was begun is not undone by that: the socket is of no further use then.
//
// connect(2) on AF_UNIX answers EAGAIN while the listener's backlog is full,
// and no event follows: the call is repeated with growing pauses of at most
// 10 ms, longer ones where more than 40 calls of the process wait for that.
func (s *Socket) Connect(ctx context.Context, to Sockaddr) error {
	var t Turn
	err := s.beginCtx(&t, &s.w, ctx)
	if err != nil {
		return err
	}
	defer t.End()
	return s.explainAddr(t.connect(to, ctx), &to)
}

// Connect is Socket.Connect in this turn.
func (t *Turn) Connect(ctx context.Context, to Sockaddr) error { return t.connect(to, ctx) }

// beginCtx is begin for a call that ctx ends.
func (s *Socket) beginCtx(t *Turn, d *direction, ctx context.Context) error {
	if ctx.Done() == nil {
		return s.begin(t, d)
	}
	*t = Turn{s: s, d: d, seen: d.state.Load()}
	return t.beginSlow(ctx)
}

func (t *Turn) connect(to Sockaddr, ctx context.Context) error {
	t.s.facts.And(^uint32(factFresh))
	defer t.watch(ctx)()
	e := sys.Connect(t.s.fd, &to.raw)
	if e == sys.EAGAIN && t.s.family == sys.AFUnix {
		var err error
		if e, err = t.connectWithRoom(&to); err != nil {
			return err
		}
	}
	switch e {
	case sys.EINPROGRESS, sys.EALREADY, sys.EINTR:
		return t.await("connect", &connectOp{to.raw})
	}
	return sysErr("connect", e) // EAGAIN of another family: no local port is left
}

// connectWithRoom repeats a connect until the backlog has room for it. Its pauses
// vary: calls that began together would come together, for room that a few of them
// take, and leave the room that others have meanwhile unused.
func (t *Turn) connectWithRoom(to *Sockaddr) (sys.Errno, error) {
	backlogged.Add(1)
	defer backlogged.Add(-1)
	for pause := time.Duration(0); ; {
		pause = min(nextPause(pause), longestPauseOf(backlogged.Load()))
		if err := t.sleep(pause - rand.N(pause/2)); err != nil {
			return 0, err
		}
		if e := sys.Connect(t.s.fd, &to.raw); e != sys.EAGAIN {
			return e, nil
		}
	}
}

// backlogged counts the calls of the process in connectWithRoom.
var backlogged atomic.Int32

// nextPause begins with 50 µs and doubles a pause.
func nextPause(pause time.Duration) time.Duration { return max(50*time.Microsecond, 2*pause) }

// longestPauseOf is the longest pause of each of n calls that repeat a connect.
// Together they make some 5,000 tries a second at most: 500 calls take a tenth of a
// CPU, as 40 do.
func longestPauseOf(n int32) time.Duration {
	return max(longestPause, time.Duration(n)*250*time.Microsecond)
}

// longestPause of a call that is alone makes some 130 tries a second, which take a
// fiftieth of a CPU; most of that is the scheduler's for waking up.
const longestPause = 10 * time.Millisecond

// watch makes the end of ctx end the call, until the returned function is
// called.
func (t *Turn) watch(ctx context.Context) func() {
	if ctx.Done() == nil {
		return func() {}
	}
	s, d, kept := t.s, t.d, t.d.keeping()
	kept.ctx, t.bound = ctx, true
	stop := context.AfterFunc(ctx, func() { s.kick(d) })
	return func() {
		stop()
		kept.ctx = nil
	}
}

// sleep waits for a time during which nothing is expected of the socket.
func (t *Turn) sleep(d time.Duration) error {
	outer, wake := t.limit, now()+int64(d)
	t.limit = earlier(outer, wake)
	defer func() { t.limit = outer }()
	err := t.await("connect", napOp{})
	if now() >= wake {
		t.limit = outer
		return t.check()
	}
	return err
}

// napOp is never done.
type napOp struct{}

func (napOp) try(*Socket) sys.Errno { return sys.EAGAIN }

// connectOp waits for a connect in progress.
type connectOp struct{ to sys.Sockaddr }

func (o *connectOp) try(s *Socket) sys.Errno {
	events, e := sys.Poll(s.fd, sys.PollOut)
	if e != 0 {
		return e
	}
	if events == 0 {
		return sys.EAGAIN
	}
	code, e := sys.GetsockoptInt(s.fd, sys.SolSocket, sys.SoError)
	if e != 0 {
		return e
	}
	if code != 0 {
		return sys.Errno(code)
	}
	return o.settle(s)
}

// settle makes the connect again that is done, which tells Linux that its end
// was seen (inet_stream_connect in net/ipv4/af_inet.c): without it the caller's
// next Connect would succeed instead of EISCONN.
func (o *connectOp) settle(s *Socket) sys.Errno {
	switch e := sys.Connect(s.fd, &o.to); e {
	case sys.EISCONN:
		return 0
	case sys.EALREADY, sys.EINPROGRESS:
		return sys.EAGAIN
	default:
		return e
	}
}
