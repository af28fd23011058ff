package socket

import (
	"context"
	"time"

	"example.com/uds/internal/sys"
)

// Connect connects the socket, or gives a datagram socket its peer. It waits
// until ctx ends, the write deadline or the write timeout passes. A connect
// that was begun is not undone by that: the socket is of no further use then.
//
// connect(2) on AF_UNIX answers EAGAIN while the listener's backlog is full,
// and no event follows: the call is repeated with growing pauses of at most
// 10 ms.
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
	for pause := time.Duration(0); ; {
		e := sys.Connect(t.s.fd, &to.raw)
		switch e {
		case 0:
			return nil
		case sys.EINPROGRESS, sys.EALREADY, sys.EINTR:
			return t.await("connect", &connectOp{to.raw})
		case sys.EAGAIN:
			if pause = nextPause(pause); t.s.family != sys.AFUnix {
				return sysErr("connect", e) // no local port is left
			}
			if err := t.sleep(pause); err != nil {
				return err
			}
		default:
			return sysErr("connect", e)
		}
	}
}

// nextPause grows from 50 µs to longestPause.
func nextPause(pause time.Duration) time.Duration {
	return min(max(50*time.Microsecond, 2*pause), longestPause)
}

// longestPause makes 100 tries a second, which cost less than a thousandth of a
// CPU.
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
