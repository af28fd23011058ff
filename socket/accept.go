package socket

import (
	"context"

	"example.com/uds/internal/sys"
)

// Accept waits for a connection until ctx ends, the read deadline or the read
// timeout passes, and returns it with the peer's address. The caller closes
// it. A connection that its peer gave up meanwhile is passed over.
func (s *Socket) Accept(ctx context.Context) (*Socket, Sockaddr, error) {
	var t Turn
	err := s.beginCtx(&t, &s.r, ctx)
	if err != nil {
		return nil, Sockaddr{}, err
	}
	defer t.End()
	fd, from, e := t.accept()
	if e == sys.EAGAIN {
		defer t.watch(ctx)()
		op := &acceptOp{}
		if err := t.await("accept4", op); err != nil {
			return nil, Sockaddr{}, err
		}
		fd, from = op.fd, op.from
	} else if e != 0 {
		return nil, Sockaddr{}, sysErr("accept4", e)
	}
	c := adopt(fd, int(s.family), int(s.typ), int(s.proto))
	c.raw = s.raw
	return c, Sockaddr{from}, nil
}

// accept is the first try.
func (t *Turn) accept() (int, sys.Sockaddr, sys.Errno) {
	var op acceptOp
	e := op.try(t.s)
	return op.fd, op.from, e
}

// acceptOp is an Accept that waits.
type acceptOp struct {
	fd   int
	from sys.Sockaddr
}

func (o *acceptOp) try(s *Socket) (e sys.Errno) {
	for {
		o.fd, e = sys.Accept(s.fd, &o.from)
		if e != sys.EINTR && e != sys.ECONNABORTED {
			return e
		}
	}
}
