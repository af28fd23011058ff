package socket

import (
	"io"
	"os"
	"syscall"
	"time"

	"example.com/uds/internal/sys"
)

// SyscallConn returns the descriptor for calls that this package lacks. Read
// and Write run their function again when the socket is ready, in the turn of
// that direction; Control runs it at once. The descriptor is valid only inside
// the function and must not be closed there. Close waits for the function.
func (s *Socket) SyscallConn() (syscall.RawConn, error) {
	if err := s.usable(&s.r); err != nil {
		return nil, err
	}
	return rawConn{s}, nil
}

type rawConn struct{ s *Socket }

func (c rawConn) Control(f func(fd uintptr)) error {
	return c.s.control("", func(fd int) sys.Errno {
		f(uintptr(fd))
		return 0
	})
}

func (c rawConn) Read(f func(fd uintptr) bool) error  { return c.s.rawCall(&c.s.r, f) }
func (c rawConn) Write(f func(fd uintptr) bool) error { return c.s.rawCall(&c.s.w, f) }

func (s *Socket) rawCall(d *direction, f func(fd uintptr) bool) error {
	var t Turn
	err := s.begin(&t, d)
	if err != nil {
		return err
	}
	defer t.leave()
	err = t.await("", rawOp(f))
	if t.ended {
		return io.EOF
	}
	return err
}

// rawOp is a function of a RawConn.
type rawOp func(fd uintptr) bool

func (f rawOp) try(s *Socket) sys.Errno {
	if f(uintptr(s.fd())) {
		return 0
	}
	return sys.EAGAIN
}

// File returns a duplicate of the socket, which stays as it is. The file is
// the caller's, close-on-exec, and non-blocking: its Fd method keeps it so.
// Both share the open file description and with it every option and the mode.
func (s *Socket) File() (*os.File, error) {
	var nfd int
	err := s.control("fcntl", func(fd int) (e sys.Errno) {
		nfd, e = sys.Dup(fd)
		return e
	})
	if err != nil {
		return nil, err
	}
	s.otherProcess()
	return os.NewFile(uintptr(nfd), "socket"), nil
}

// Clone returns a second Socket for the same socket, with deadlines and a
// lifetime of its own. The caller closes it.
func (s *Socket) Clone() (*Socket, error) {
	var c *Socket
	err := s.control("fcntl", func(fd int) sys.Errno {
		nfd, e := sys.Dup(fd)
		if e == 0 {
			c = adopt(nfd, int(s.family), int(s.typ), s.Protocol())
			c.noteShut()
		}
		return e
	})
	if err != nil {
		return nil, err
	}
	c.inherit(s)
	if pair := s.pair(); pair != nil {
		c.extra().pair = pair
	}
	s.facts.Or(factShared)
	c.facts.Or(factShared | s.facts.Load()&factPeerElsewhere)
	c.SetSpin(time.Duration(s.spinSetting()))
	return c, nil
}

// noteShut notes, and reports, whether another holder of a datagram socket has shut
// it down for receiving. Its receives do not tell: see afterShutdown.
func (s *Socket) noteShut() bool {
	if s.family != sys.AFUnix || s.typ != sys.SockDgram {
		return false
	}
	events, e := sys.Poll(s.fd(), sys.PollRdhup)
	if e != 0 || events&sys.PollRdhup == 0 {
		return false
	}
	s.r.state.Or(stShut)
	return true
}
