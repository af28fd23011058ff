package socket_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// A socket whose calls waited is part of a structure of its own: the collector
// must find it all the same. runtime.SetFinalizer promises nothing for cycles.
func TestCollectedSocketClosesItsDescriptor(t *testing.T) {
	for _, c := range []struct {
		name string
		use  func(t *testing.T, s *socket.Socket)
	}{
		{"unused", func(*testing.T, *socket.Socket) {}},
		{"waited", receiveInVain},
		{"in a turn that is never ended", beginRecv},
	} {
		t.Run(c.name, func(t *testing.T) {
			peer := dropped(t, c.use)
			defer peer.Close()
			collected(t, peer)
		})
	}
}

// dropped returns one end of a pair whose other end was used and nobody holds.
func dropped(t *testing.T, use func(*testing.T, *socket.Socket)) *socket.Socket {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	use(t, b)
	return a
}

func beginRecv(t *testing.T, s *socket.Socket) {
	if err := s.BeginRecv(new(socket.Turn)); err != nil {
		t.Fatal(err)
	}
}

// receiveInVain makes receives that time out.
func receiveInVain(t *testing.T, s *socket.Socket) {
	if err := s.SetReadTimeout(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, c := range receives {
		if r := c.call(s); !errors.Is(r.err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: got %v, want %v", c.name, r.err, os.ErrDeadlineExceeded)
		}
	}
}

func TestConnectOfAConnectedSocketIsEISCONN(t *testing.T) {
	for _, c := range []struct {
		name        string
		family, typ int
	}{
		{"AF_UNIX", socket.AFUnix, socket.SockSeqpacket},
		{"TCP, whose connect is in progress first", socket.AFInet, socket.SockStream},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, sa := listen(t, c.family, c.typ)
			s := newSocket(t, c.family, c.typ, 0)
			if err := s.Connect(background, sa); err != nil {
				t.Fatal(err)
			}
			if err := s.Connect(background, sa); !errors.Is(err, syscall.EISCONN) {
				t.Errorf("got %v, want %v", err, syscall.EISCONN)
			}
			accept(t, l)
		})
	}
}

// unix(7) says nothing of it: a non-blocking receive from a datagram socket
// that was shut down for receiving is EAGAIN, for ever.
func TestShutdownReadEndsADatagramReceive(t *testing.T) {
	for _, c := range receives {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockDgram)
			done := start(func() result { return c.call(a) })
			waitParked(t, a)
			if err := a.Shutdown(socket.ShutRead); err != nil {
				t.Fatal(err)
			}
			if r := within(t, done); r != (result{}) {
				t.Errorf("got %+v, want 0 and no error", r)
			}
			if r := c.call(a); r != (result{}) {
				t.Errorf("a later one: got %+v, want 0 and no error", r)
			}
			if _, err := b.Send([]byte("x"), 0); !errors.Is(err, syscall.EPIPE) {
				t.Errorf("the peer's send: got %v, want %v", err, syscall.EPIPE)
			}
		})
	}
}

func TestShutdownReadKeepsWhatIsQueued(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockDgram)
	if _, err := b.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	if err := a.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	for _, flags := range []int{0, socket.MsgDontwait} {
		if n, err := a.Recv(make([]byte, 4), flags); n != 1-flags/socket.MsgDontwait || err != nil {
			t.Errorf("got %d, %v, want the message, then the end", n, err)
		}
	}
}

// A shut down receive leaves nothing of an earlier message.
func TestShutdownReadLeavesAnEmptyMsg(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockDgram)
	bind(t, b)
	if _, err := b.Send([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	m := &socket.Msg{Buffer: make([]byte, 4), Control: make([]byte, 64), NeedAddr: true}
	if err := a.RecvMsg(m, 0); err != nil || m.N != 1 || m.Addr.IsZero() {
		t.Fatalf("got %d from %v, %v, want 1 from an address", m.N, m.Addr, err)
	}
	if err := a.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	if err := a.RecvMsg(m, 0); err != nil || m.N != 0 || m.ControlN != 0 || m.Flags != 0 || !m.Addr.IsZero() {
		t.Errorf("got %+v, %v, want an empty message from nobody", m, err)
	}
}

func TestShutdownReadEndsAnAccept(t *testing.T) {
	l, _ := listen(t, socket.AFUnix, socket.SockStream)
	done := start(func() error { _, _, err := l.Accept(background); return err })
	waitParked(t, l)
	if err := l.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	if err := within(t, done); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("got %v, want %v", err, syscall.EINVAL)
	}
}

// Only a socket that nobody could have sent to receives past the scheduler: a
// descriptor that is queued already may be the last of a large file.
func TestRefuseFilesOfASocketThatWasReachable(t *testing.T) {
	for _, c := range []struct {
		name string
		prep func(t *testing.T, s *socket.Socket)
		want bool
	}{
		{"new", func(*testing.T, *socket.Socket) {}, true},
		{"bound", func(t *testing.T, s *socket.Socket) { bind(t, s) }, false},
		{"connected", func(t *testing.T, s *socket.Socket) {
			peer := newSocket(t, socket.AFUnix, socket.SockDgram, 0)
			if err := s.Connect(background, bind(t, peer)); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"bound by its descriptor", func(t *testing.T, s *socket.Socket) {
			control(t, s, func(fd int) error { return unix.Bind(fd, &unix.SockaddrUnix{Name: testutil.SocketPath(t)}) })
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSocket(t, socket.AFUnix, socket.SockDgram, 0)
			c.prep(t, s)
			if err := s.RefuseFiles(); errors.Is(err, errors.ErrUnsupported) {
				t.Skipf("needs SO_PASSRIGHTS (Linux 6.16): %v", err)
			} else if err != nil {
				t.Fatal(err)
			}
			if got := socket.RawCalls(s); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// RefuseFiles and Clone may be called while another goroutine receives: the
// race detector looks on.
func TestRefuseFilesBesideAReceive(t *testing.T) {
	s := newSocket(t, socket.AFUnix, socket.SockDgram, 0)
	done := start(func() error { _, err := s.Recv(nil, 0); return err })
	for range 100 {
		if err := s.RefuseFiles(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Fatal(err)
		}
		c, err := s.Clone()
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	s.Close()
	within(t, done)
}

// A flag may ask for what an ordinary peek does not see: an out-of-band byte
// here. It must be found by a direction that leaves its first try to the poller,
// and has seen the poller's event for it.
func TestOutOfBandByteIsFoundByAColdDirection(t *testing.T) {
	client, server := connected(t, socket.AFUnix, socket.SockStream)
	server.SetSpin(-1)
	b := make([]byte, 1)
	for range 3 {
		done := start(func() error { _, err := server.Recv(b, 0); return err })
		waitParked(t, server)
		if _, err := client.Send([]byte("x"), 0); err != nil {
			t.Fatal(err)
		}
		if err := within(t, done); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Send([]byte("!"), unix.MSG_OOB); errors.Is(err, syscall.EOPNOTSUPP) {
		t.Skipf("needs out-of-band data on AF_UNIX (Linux 5.15): %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	done := start(func() error { _, err := server.Recv(b, unix.MSG_OOB); return err })
	if err := within(t, done); err != nil || b[0] != '!' {
		t.Errorf("got %q, %v, want %q", b, err, "!")
	}
}

// The kernel runs a netlink request inside sendto(2). Whatever its locks cost,
// the other goroutines of this P must go on meanwhile: the child has one P.
func TestNetlinkSendLetsOtherGoroutinesRun(t *testing.T) {
	runInNamespace(t, "netlink send", "GOMAXPROCS=1")
}

func init() {
	registerInNamespace("netlink send", netlinkSend)
}

// netlinkSend repeats a long send until another goroutine has run in its first
// half: one that a raw system call keeps from the P never does, and a busy machine
// may have no processor for it in one.
func netlinkSend(r *rtnl) error {
	for end := time.Now().Add(safetyNet); ; {
		took, waited, err := ranDuring(r)
		if err != nil || waited <= took/2 {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("another goroutine ran after %v of a send that took %v", waited, took)
		}
	}
}

// ranDuring removes many interfaces in one send, which takes tenths of a second,
// and returns how long it took until another goroutine ran.
func ranDuring(r *rtnl) (took, waited time.Duration, err error) {
	batch, err := removals(r)
	if err != nil {
		return 0, 0, err
	}
	var began atomic.Bool
	ran := make(chan time.Time, 1)
	go func() {
		for !began.Load() {
			runtime.Gosched()
		}
		ran <- time.Now()
	}()
	runtime.Gosched()
	begin := time.Now()
	began.Store(true)
	_, err = r.s.Send(batch, 0)
	took = time.Since(begin)
	waited = (<-ran).Sub(begin)
	if err == nil && took < 50*time.Millisecond {
		err = fmt.Errorf("the send took %v, which is too short to tell: %w", took, errors.ErrUnsupported)
	}
	return took, waited, err
}

// removals is a batch of requests that remove interfaces, which it makes.
func removals(r *rtnl) (batch []byte, err error) {
	for i := range 24 {
		a := fmt.Sprintf("a%d", i)
		if err := r.addVeth(a, fmt.Sprintf("b%d", i)); err != nil {
			return nil, err
		}
		index, err := indexOf(a)
		if err != nil {
			return nil, err
		}
		batch = append(batch, r.message(unix.RTM_DELLINK, unix.NLM_F_REQUEST, ifinfo(index, 0, 0))...)
	}
	return batch, nil
}

// A Detach that finds no descriptor changes nothing: nobody is told meanwhile
// that the socket is closed.
func TestDetachWithoutADescriptorChangesNothing(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "detach at the limit"))
}

func init() { testutil.RegisterSilent("detach at the limit", detachAtTheLimit) }

func detachAtTheLimit() error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	restore := limitFiles()
	done := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	stop := make(chan struct{})
	others := start(func() error {
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			if _, err := a.Recv(make([]byte, 1), socket.MsgDontwait); err != socket.ErrWouldBlock {
				return fmt.Errorf("beside a Detach: got %w, want %w", err, socket.ErrWouldBlock)
			}
		}
	})
	for range 2000 {
		if _, err := a.Detach(nil); !errors.Is(err, syscall.EMFILE) {
			return fmt.Errorf("got %w, want %w", err, syscall.EMFILE)
		}
		if _, err := a.Send([]byte("x"), 0); err != nil {
			return err
		}
		if _, err := b.Recv(make([]byte, 1), 0); err != nil {
			return err
		}
	}
	close(stop)
	if err := <-others; err != nil {
		return err
	}
	restore()
	if _, err := b.Send([]byte("x"), 0); err != nil {
		return err
	}
	return <-done
}
