package socket

import "example.com/uds/internal/sys"

// MaxWhole is the size in bytes of the largest message that RecvWhole can
// receive. The kernel allocates at most KMALLOC_MAX_SIZE in one piece for a
// message, 4 MiB with pages of 4 KiB, and MAX_SKB_FRAGS pages more: no sender
// can make a message of this size.
const MaxWhole = sys.OverflowSize

// RecvWhole receives one message whole, whatever its size: its first bytes
// into p, and those that p has no room for into rest, whose earlier content is
// dropped. It returns the number of bytes in p. As with Recv, zero is an empty
// message or the end. A message above MaxWhole is EMSGSIZE and lost.
//
// With a nil rest, made is a new Rest for this call and the later ones. It is made
// only when there is something to hold or to know: by a message that leaves a tail
// or is large, or by a receive that the poller repeats.
func (t *Turn) RecvWhole(p []byte, rest *Rest) (n int, made *Rest, err error) {
	for {
		if n, made, err = t.RecvWholeOrPark(p, rest); !t.parks(&err) {
			return n, made, err
		}
	}
}

// RecvWholeOrPark is RecvWhole, but returns ErrPark where that would park.
func (t *Turn) RecvWholeOrPark(p []byte, rest *Rest) (n int, made *Rest, err error) {
	for {
		e := t.d.untried()
		if t.tries() {
			if !rest.bounces() {
				n, e = scatter(t.s, p, rest)
			} else {
				var size uintptr
				o := getOverflow()
				if t.s.rawNow() {
					size, e = sys.RecvRaw(t.s.fd(), o.mem, MsgSize)
				} else {
					size, e = sys.Recv(t.s.fd(), o.mem, MsgSize)
				}
				if e == 0 {
					n, made, e = o.split(p, int(size), rest)
				}
				o.put(int(size))
			}
			if t.stage == stageReady {
				t.tried()
			}
			if e == 0 {
				t.stage = stageFirst
				return n, made, nil
			}
		}
		switch err = t.wait(rest.call(), e); err {
		case nil:
		case errAgain:
			return t.recvWholeAgain(p, rest)
		default:
			return 0, nil, err
		}
	}
}

// recvWholeAgain has the poller repeat the receive.
//
//go:noinline
func (t *Turn) recvWholeAgain(p []byte, rest *Rest) (n int, made *Rest, err error) {
	op := t.plain()
	op.p, op.rest, op.n = p, rest, 0
	err = t.await("recvmsg", (*wholeOp)(op))
	made = op.made
	op.p, op.rest, op.made = nil, nil, nil
	return op.n, made, err
}

// wholeOp is a RecvWhole that the poller repeats: always a scatter, which is right
// for every message.
type wholeOp plainOp

func (o *wholeOp) try(s *Socket) sys.Errno {
	if o.rest == nil {
		o.made = new(Rest)
		o.rest = o.made
	}
	n, e := scatter(s, o.p, o.rest)
	if e == 0 {
		o.n = n
	}
	return e
}

// bounces reports whether the next RecvWhole is a bounce, not a scatter.
func (r *Rest) bounces() bool { return r.expected() <= bounceLimit }

// call is the name of the system call that the next RecvWhole makes first.
func (r *Rest) call() string {
	if r.bounces() {
		return "recvfrom"
	}
	return "recvmsg"
}

// bounceLimit is the message size up to which recvfrom(2) into the overflow
// buffer and a copy cost less than recvmsg(2) into two buffers. The expected size
// chooses the way, which matters for speed only.
const bounceLimit = 4096

// split copies a message of n bytes to p, and to rest what p has no room for.
func (o *overflow) split(p []byte, n int, rest *Rest) (k int, made *Rest, _ sys.Errno) {
	if rest == nil && n > min(len(p), bounceLimit) {
		made = new(Rest)
		rest = made
	}
	if rest.met(n); n > len(o.mem) {
		return 0, made, sys.EMSGSIZE
	}
	if k = copy(p, o.mem[:n]); k < n {
		rest.keep(o.mem[k:n])
	}
	return k, made, 0
}

// scatter is one try of a RecvWhole that receives into p, a buffer that rest keeps
// if the message is expected to leave a tail, and the overflow buffer.
func scatter(s *Socket, p []byte, rest *Rest) (n int, e sys.Errno) {
	var tail []byte
	if size := rest.expected(); size > len(p) {
		tail = rest.reserve(size - len(p))
	}
	o := getOverflow()
	o.bufs[0] = tail
	o.msg.Set(p, o.bufs[:], o.mem, nil)
	if s.rawNow() && rest.last <= sys.MaxRaw {
		n, e = sys.RecvMsgRaw(s.fd(), &o.msg, MsgSize)
	} else {
		n, e = sys.RecvMsg(s.fd(), &o.msg, MsgSize)
	}
	o.msg.Reset()
	o.bufs[0] = nil
	if e == 0 {
		n, e = o.divide(p, tail, rest, n)
	} else {
		rest.Drop()
	}
	o.put(int(rest.last))
	return n, e
}

// divide gives rest what a message of n bytes left behind p.
func (o *overflow) divide(p, tail []byte, rest *Rest, n int) (int, sys.Errno) {
	rest.met(n)
	left := n - len(p)
	switch {
	case left <= 0:
		rest.Drop()
		return n, 0
	case left <= len(tail):
		rest.hold(0, left)
	case left-len(tail) > len(o.mem):
		rest.Drop()
		return 0, sys.EMSGSIZE
	default:
		rest.join(tail, o.mem[:left-len(tail)])
	}
	return len(p), 0
}
