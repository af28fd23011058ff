package socket

import (
	"context"

	"example.com/uds/internal/sys"
)

// Accept waits for a connection until ctx ends or the read deadline or the read
// timeout passes, and returns it with the peer's address. The caller closes it. A
// connection that its peer gave up meanwhile is passed over. The methods of ctx may
// use the socket, but may neither accept from it nor close it: Done and Value are
// called in the turn.
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
	c := adopt(fd, int(s.family), int(s.typ), s.Protocol())
	c.inherit(s)
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

// try passes over connections that their peers gave up: ECONNABORTED. That is also
// the permanent answer where the kernel has no names to tell (AF_ALG; do_accept in
// net/socket.c). The connection after one is therefore accepted without a name, and
// then asked for it.
func (o *acceptOp) try(s *Socket) (e sys.Errno) {
	from := &o.from
	for {
		switch o.fd, e = sys.Accept(s.fd(), from); {
		case e == sys.EINTR:
		case e == sys.ECONNABORTED:
			from = nil
		case e != 0 || from != nil:
			return e
		default:
			if o.from, e = sys.Peername(o.fd); e != sys.ENOTCONN {
				return 0
			}
			sys.Close(o.fd)
			from = &o.from
		}
	}
}
