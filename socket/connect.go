package socket

import (
	"context"

	"example.com/uds/internal/sys"
)

// Connect connects the socket, or gives a datagram socket its peer. It waits until
// ctx ends or the write deadline or the write timeout passes. That does not undo a
// connect that has begun: the socket is then of no further use. The methods of ctx
// may use the socket, but may neither connect it, send on it, nor close it: Done
// and Value are called in the turn.
//
// connect(2) on AF_UNIX answers EAGAIN while the listener's backlog is full, and no
// event follows. The calls of the process for one address therefore stand in line,
// and the front one is repeated with growing pauses: of at most 10 ms or, if that
// is more, a hundredth of the time that it has been the front one, and longer where
// calls of the process wait for more than 40 listeners.
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
	e := sys.EAGAIN
	if !backlogs.has(&to.raw) {
		e = sys.Connect(t.s.fd(), &to.raw)
	}
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

// connectOp waits for a connect in progress.
type connectOp struct{ to sys.Sockaddr }

func (o *connectOp) try(s *Socket) sys.Errno {
	events, e := sys.Poll(s.fd(), sys.PollOut)
	if e != 0 {
		return e
	}
	if events == 0 {
		return sys.EAGAIN
	}
	code, e := sys.GetsockoptInt(s.fd(), sys.SolSocket, sys.SoError)
	if e != 0 {
		return e
	}
	if code != 0 {
		return sys.Errno(code)
	}
	return o.settle(s)
}

// settle repeats a connect that is done, which tells Linux that its end was seen
// (inet_stream_connect in net/ipv4/af_inet.c): otherwise the caller's next Connect
// would succeed instead of failing with EISCONN.
func (o *connectOp) settle(s *Socket) sys.Errno {
	switch e := sys.Connect(s.fd(), &o.to); e {
	case sys.EISCONN:
		return 0
	case sys.EALREADY, sys.EINPROGRESS:
		return sys.EAGAIN
	default:
		return e
	}
}
