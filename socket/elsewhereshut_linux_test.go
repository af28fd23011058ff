package socket_test

import (
	"testing"

	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

// A datagram socket that another process, which has a duplicate, shuts down for
// receiving is at its end, for a receive that does not wait, too; and so is one
// that a function of a RawConn shuts down.
func TestShutdownReadElsewhereEndsAReceiveThatDoesNotWait(t *testing.T) {
	for name, shut := range map[string]func(t *testing.T) *socket.Socket{
		"the file that FromFile took": func(t *testing.T) *socket.Socket {
			a, _ := pair(t, socket.AFUnix, socket.SockDgram)
			f, err := a.File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			s, err := socket.FromFile(f)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			wouldBlock(t, s)
			if err := unix.Shutdown(int(f.Fd()), unix.SHUT_RD); err != nil {
				t.Fatal(err)
			}
			return s
		},
		"the file that File returned": func(t *testing.T) *socket.Socket {
			a, _ := pair(t, socket.AFUnix, socket.SockDgram)
			f, err := a.File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			wouldBlock(t, a)
			if err := unix.Shutdown(int(f.Fd()), unix.SHUT_RD); err != nil {
				t.Fatal(err)
			}
			return a
		},
		"the socket itself": func(t *testing.T) *socket.Socket {
			a, _ := pair(t, socket.AFUnix, socket.SockDgram)
			wouldBlock(t, a)
			control(t, a, func(fd int) error { return unix.Shutdown(fd, unix.SHUT_RD) })
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := shut(t)
			for range 2 {
				if n, err := s.Recv(make([]byte, 1), socket.MsgDontwait); n != 0 || err != nil {
					t.Errorf("got %d, %v, want the end", n, err)
				}
			}
		})
	}
}

func wouldBlock(t *testing.T, s *socket.Socket) {
	t.Helper()
	if _, err := s.Recv(make([]byte, 1), socket.MsgDontwait); err != socket.ErrWouldBlock {
		t.Fatalf("got %v, want %v", err, socket.ErrWouldBlock)
	}
}
