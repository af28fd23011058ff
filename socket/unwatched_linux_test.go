package socket_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("unwatched", unwatchedChild) }

// A user whose descriptors are all that epoll may watch, fs.epoll.max_user_watches,
// gets ENOSPC of epoll_ctl(2). A call that would have to wait says so, whatever
// need not wait works, and Close leaks nothing. A filter of system calls stands
// for the limit.
func TestSocketThatCanNotBeWatched(t *testing.T) {
	out, err := testutil.Child(t, "unwatched").CombinedOutput()
	if reason, skip := strings.CutPrefix(string(out), "skip: "); skip && err == nil {
		t.Skip(reason)
	}
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func unwatchedChild() {
	if err := refuseWatches(); err != nil {
		fmt.Printf("skip: no filter of system calls: %v", err)
		return
	}
	before := openDescriptors()
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	for _, deadline := range []time.Time{{}, time.Now().Add(time.Hour), {}} {
		err = errors.Join(err, a.SetReadDeadline(deadline), unwatchedRecv(a, b))
	}
	err = errors.Join(err, unwatchedSend(a), a.Close(), b.Close(), unwatchedFull())
	if got := openDescriptors(); got != before {
		err = errors.Join(err, fmt.Errorf("after Close: got %d descriptors, want %d", got, before))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// refuseWatches makes epoll_ctl fail after the runtime has set its poller up.
func refuseWatches() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	return systest.RefuseCalls(unix.SYS_EPOLL_CTL, unix.ENOSPC)
}

// unwatchedRecv tries to wait, and then receives what is there.
func unwatchedRecv(a, b *socket.Socket) error {
	p := make([]byte, 9)
	for range 5 {
		n, err := a.Recv(p, 0)
		if !namesTheLimit(err) {
			return fmt.Errorf("with nothing there: got %d, %v, want ENOSPC that names the limit", n, err)
		}
		if _, err := b.Send([]byte("queued"), 0); err != nil {
			return err
		}
		if n, err = a.Recv(p, 0); string(p[:n]) != "queued" || err != nil {
			return fmt.Errorf("with a message there: got %q, %v", p[:n], err)
		}
	}
	return nil
}

// unwatchedSend fills the peer's queue.
func unwatchedSend(a *socket.Socket) error {
	for range 100_000 {
		if _, err := a.Send([]byte("x"), 0); err != nil {
			if !namesTheLimit(err) {
				return fmt.Errorf("into a full queue: got %v, want ENOSPC that names the limit", err)
			}
			return nil
		}
	}
	return errors.New("the queue does not get full")
}

// unwatchedFull waits for a full receiver, for which there is no event to be had,
// and does so without taking a processor.
func unwatchedFull() error {
	server, to, err := boundDgram()
	if err != nil {
		return err
	}
	defer server.Close()
	s, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer s.Close()
	const wait = 300 * time.Millisecond
	if err := s.SetWriteTimeout(wait); err != nil {
		return err
	}
	for err == nil {
		before := testutil.CPUTime()
		if _, err = s.SendTo([]byte("x"), 0, to); err == nil {
			continue
		}
		if cpu := testutil.CPUTime() - before; cpu > wait/2 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("to a full receiver: got %v after %v of CPU, want a deadline after %v of waiting", err, cpu, wait)
		}
	}
	return nil
}

// boundDgram is a datagram socket with a name of the kernel's choice.
func boundDgram() (*socket.Socket, socket.Sockaddr, error) {
	s, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		return nil, socket.Sockaddr{}, err
	}
	unnamed, err := socket.Unix("")
	if err == nil {
		err = s.Bind(unnamed)
	}
	to, e := s.Sockname()
	return s, to, errors.Join(err, e)
}

// namesTheLimit reports whether err is ENOSPC and says whose limit that is.
func namesTheLimit(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && errors.Is(err, unix.ENOSPC) && strings.Contains(err.Error(), "max_user_watches")
}

func openDescriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd") // none without /proc
	return len(entries)
}
