//go:build unix

package socket_test

import (
	"example.com/uds/socket"
)

// result is what a call came to.
type result struct {
	n   int
	err error
}

// call is a message call of one kind.
type call struct {
	name string
	call func(s *socket.Socket) result
}

// receives are the receiving calls, each with room for one byte.
var receives = []call{
	{"Recv", func(s *socket.Socket) result {
		n, err := s.Recv(make([]byte, 1), 0)
		return result{n, err}
	}},
	{"RecvFrom", func(s *socket.Socket) result {
		n, _, err := s.RecvFrom(make([]byte, 1), 0)
		return result{n, err}
	}},
	{"RecvMsg", func(s *socket.Socket) result {
		m := &socket.Msg{Buffer: make([]byte, 1)}
		err := s.RecvMsg(m, 0)
		return result{m.N, err}
	}},
	{"RecvBatch", func(s *socket.Socket) result {
		ms := []socket.Msg{{Buffer: make([]byte, 1)}}
		_, err := s.RecvBatch(ms, 0)
		return result{ms[0].N, err}
	}},
	{"RecvOne", func(s *socket.Socket) result {
		n, err := recvSingle(s, make([]byte, 1), nil, nil)
		return result{n, err}
	}},
	{"RecvMarked", func(s *socket.Socket) (r result) {
		err := inTurn(s, func(t *socket.Turn) (err error) {
			r.n, _, err = t.RecvMarked(make([]byte, 1), 0)
			return err
		})
		return result{r.n, err}
	}},
	{"RecvWhole", func(s *socket.Socket) (r result) {
		err := inTurn(s, func(t *socket.Turn) (err error) {
			var rest socket.Rest
			defer rest.Drop()
			r.n, _, err = t.RecvWhole(make([]byte, 1), &rest)
			return err
		})
		return result{r.n, err}
	}},
}

// sends are the sending calls on a connected socket, one byte each.
var sends = []call{
	{"Send", func(s *socket.Socket) result {
		n, err := s.Send([]byte("x"), 0)
		return result{n, err}
	}},
	{"SendTo", func(s *socket.Socket) result {
		n, err := s.SendTo([]byte("x"), 0, socket.Sockaddr{})
		return result{n, err}
	}},
	{"SendMsg", func(s *socket.Socket) result {
		m := &socket.Msg{Buffer: []byte("x")}
		err := s.SendMsg(m, 0)
		return result{m.N, err}
	}},
	{"SendOne", func(s *socket.Socket) result {
		n, err := sendSingle(s, []byte("x"), nil)
		return result{n, err}
	}},
	{"SendBatch", func(s *socket.Socket) result {
		n, err := s.SendBatch([]socket.Msg{{Buffer: []byte("x")}}, 0)
		return result{n, err}
	}},
}

// start runs f and sends what it returns.
func start[T any](f func() T) <-chan T {
	c := make(chan T, 1)
	go func() { c <- f() }()
	return c
}

// inTurn runs receive in a turn of s.
func inTurn(s *socket.Socket, receive func(*socket.Turn) error) error {
	var turn socket.Turn
	if err := s.BeginRecv(&turn); err != nil {
		return err
	}
	defer turn.End()
	return receive(&turn)
}

// recvSingle is a RecvOne in a turn of its own. It allocates nothing, which inTurn
// would.
func recvSingle(s *socket.Socket, p, control []byte, room func() []byte) (int, error) {
	var t socket.Turn
	err := s.BeginRecv(&t)
	if err != nil {
		return 0, err
	}
	defer t.End()
	n, _, _, err := t.RecvOne(p, control, room, 0)
	return n, err
}

// sendSingle is a SendOne in a turn of its own.
func sendSingle(s *socket.Socket, p, control []byte) (int, error) {
	var t socket.Turn
	err := s.BeginSend(&t)
	if err != nil {
		return 0, err
	}
	defer t.End()
	return t.SendOne(p, control, 0)
}
