package socket_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// Descriptors are close-on-exec from the moment they exist, whichever call
// receives them and whether it has to wait or not.
func TestReceivedDescriptorsAreCloseOnExec(t *testing.T) {
	room := func() []byte { return make([]byte, unix.CmsgSpace(4)) }
	for name, receive := range map[string]func(s *socket.Socket) ([]byte, error){
		"RecvMsg": func(s *socket.Socket) ([]byte, error) {
			m := socket.Msg{Buffer: make([]byte, 1), Control: room()}
			err := s.RecvMsg(&m, 0)
			return m.Control[:m.ControlN], err
		},
		"RecvMsg into two buffers": func(s *socket.Socket) ([]byte, error) {
			m := socket.Msg{Buffers: [][]byte{nil, make([]byte, 1)}, Control: room(), NeedAddr: true}
			err := s.RecvMsg(&m, 0)
			return m.Control[:m.ControlN], err
		},
		"RecvBatch": func(s *socket.Socket) ([]byte, error) {
			ms := []socket.Msg{{Buffer: make([]byte, 1), Control: room()}, {Control: room()}}
			_, err := s.RecvBatch(ms, 0)
			return ms[0].Control[:ms[0].ControlN], err
		},
		"Turn.RecvOne": func(s *socket.Socket) ([]byte, error) {
			var turn socket.Turn
			if err := s.BeginRecv(&turn); err != nil {
				return nil, err
			}
			defer turn.End()
			_, got, _, err := turn.RecvOne(make([]byte, 1), room(), nil, 0)
			return got, err
		},
	} {
		for _, waits := range []bool{false, true} {
			a, b := pair(t, socket.AFUnix, socket.SockDgram)
			type result struct {
				control []byte
				err     error
			}
			done := make(chan result, 1)
			start := func() {
				control, err := receive(b)
				done <- result{control, err}
			}
			if waits {
				go start()
				waitParked(t, b)
			}
			if err := a.SendMsg(&socket.Msg{Buffer: []byte("x"), Control: unix.UnixRights(0)}, 0); err != nil {
				t.Fatal(err)
			}
			if !waits {
				go start()
			}
			r := within(t, done)
			if n := closeOnExec(t, r.control); n != 1 || r.err != nil {
				t.Errorf("%s, waits %v: got %d descriptors that are close-on-exec, %v, want 1", name, waits, n, r.err)
			}
		}
	}
}

// closeOnExec closes the descriptors among control messages and returns how many
// were close-on-exec.
func closeOnExec(t *testing.T, control []byte) (n int) {
	t.Helper()
	scms, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		t.Fatal(err)
	}
	for i := range scms {
		fds, err := unix.ParseUnixRights(&scms[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range fds {
			if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC != 0 {
				n++
			}
			unix.Close(fd)
		}
	}
	return n
}
