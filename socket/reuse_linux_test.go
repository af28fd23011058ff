package socket_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// Close while others call, and have a pipe take the number at once: no call
// touches the stranger. A socket that received from the number would take the
// pipe's bytes (through SyscallConn) or fail with ENOTSOCK; one that sent to it
// would leave its own there.
func TestClosedDescriptorIsNobodysAnyMore(t *testing.T) {
	for round := range 200 {
		if err := closeAndReuse(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func closeAndReuse() error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	defer b.Close()
	rc, err := a.SyscallConn()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	failed := make(chan error, 16)
	for _, f := range users(a, rc) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				if err := f(); errors.Is(err, net.ErrClosed) {
					return
				} else if err != nil && err != socket.ErrWouldBlock {
					failed <- err
					return
				}
			}
		}()
	}
	if _, err := b.Send([]byte("go"), 0); err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return err
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	if _, err := unix.Write(p[1], []byte("stranger")); err != nil {
		return err
	}
	wg.Wait()
	select {
	case err := <-failed:
		return fmt.Errorf("a call: %w", err)
	default:
	}
	buf := make([]byte, 64)
	n, err := unix.Read(p[0], buf)
	if err != nil || string(buf[:n]) != "stranger" {
		return fmt.Errorf("the pipe has %q, %w, want what was written to it", buf[:max(n, 0)], err)
	}
	return nil
}

// users are calls that use a's descriptor.
func users(a *socket.Socket, rc syscall.RawConn) []func() error {
	return []func() error{
		func() error { _, err := a.Recv(make([]byte, 8), 0); return err },
		func() error { _, err := a.Recv(make([]byte, 8), socket.MsgDontwait); return err },
		func() error { _, err := a.Send([]byte("mine"), socket.MsgDontwait); return err },
		func() error { return a.RecvMsg(&socket.Msg{Buffer: make([]byte, 8)}, socket.MsgDontwait) },
		func() error { _, err := a.Readable(); return err },
		func() error { _, err := a.Int(socket.SolSocket, socket.SoType); return err },
		func() error {
			return rc.Control(func(fd uintptr) {
				var buf [8]byte
				unix.Read(int(fd), buf[:]) // of a pipe it would succeed
			})
		},
		func() error {
			f, err := a.File()
			if err == nil {
				f.Close()
			}
			return err
		},
	}
}

// FromFile and File keep the mode and the flags that make a descriptor safe.
func TestFileIsNonblockingAndCloseOnExec(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockStream)
	f, err := a.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd := f.Fd()
	flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Errorf("got flags %#x, %v, want O_NONBLOCK", flags, err)
	}
	flags, err = unix.FcntlInt(fd, unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("got flags %#x, %v, want FD_CLOEXEC", flags, err)
	}
	s, err := socket.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Family() != socket.AFUnix || s.Type() != socket.SockStream || s.Protocol() != 0 {
		t.Errorf("got %d, %d, %d, want AF_UNIX, SOCK_STREAM, 0", s.Family(), s.Type(), s.Protocol())
	}
}

func TestFromFileRefusesWhatIsNoSocket(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := socket.FromFile(f); !errors.Is(err, syscall.ENOTSOCK) {
		t.Errorf("got %v, want %v", err, syscall.ENOTSOCK)
	}
	f.Close()
	if _, err := socket.FromFile(f); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed file: got %v, want %v", err, net.ErrClosed)
	}
	if _, err := socket.FromFile(nil); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("no file: got %v, want %v", err, syscall.EINVAL)
	}
}
