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

func init() {
	testutil.RegisterSilent("unwatched", unwatchedChild)
	testutil.RegisterSilent("unwatched-full", unwatchedFullChild)
}

// A user whose descriptors are all that epoll may watch, fs.epoll.max_user_watches,
// gets ENOSPC of epoll_ctl(2). A call that would have to wait says so, whatever
// need not wait works, and Close leaks nothing. A filter of system calls stands
// for the limit.
func TestSocketThatCanNotBeWatched(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "unwatched"))
}

func unwatchedChild() error {
	if err := refuseWatches(); err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	before := openDescriptors()
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	for _, deadline := range []time.Time{{}, time.Now().Add(time.Hour), {}} {
		err = errors.Join(err, a.SetReadDeadline(deadline), unwatchedRecv(a, b))
	}
	err = errors.Join(err, unwatchedSend(a), a.Close(), b.Close())
	if got := openDescriptors(); got != before {
		err = errors.Join(err, fmt.Errorf("after Close: got %d descriptors, want %d", got, before))
	}
	return err
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

// A send to a full receiver, or one that has filled its own buffer, looks around
// from time to time where it can not wait for an event. It does not spin, and
// goes on when there is room.
func TestFullReceiverThatCanNotBeWatched(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "unwatched-full"))
}

func unwatchedFullChild() error {
	if err := refuseWatches(); err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	// The queue of the receiver holds 11 small messages (net.unix.max_dgram_qlen),
	// the smallest buffer of a sender fewer large ones.
	return errors.Join(unwatchedFull([]byte("x")), unwatchedFull(make([]byte, 2000)))
}

// unwatchedFull has a send of p wait until the receiver receives.
func unwatchedFull(p []byte) error {
	to, err := socket.Unix("")
	if err != nil {
		return err
	}
	receiver, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer receiver.Close()
	sender, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		return err
	}
	defer sender.Close()
	if err := errors.Join(receiver.Bind(to), sender.SetWriteBuffer(1)); err != nil {
		return err
	}
	if to, err = receiver.Sockname(); err != nil {
		return err
	}
	queued := -1
	for ; err == nil; queued++ {
		_, err = sender.SendTo(p, socket.MsgDontwait, to)
	}
	if !errors.Is(err, socket.ErrWouldBlock) {
		return fmt.Errorf("into a full queue: %w", err)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := sender.SendTo(p, 0, to)
		sent <- err
	}()
	const wait = 200 * time.Millisecond
	busy := leastCPU(wait, wait/2)
	select {
	case err := <-sent:
		return fmt.Errorf("with the queue full: got %v, want a wait", err)
	default:
	}
	for range queued {
		if _, err := receiver.Recv(make([]byte, len(p)), 0); err != nil {
			return err
		}
	}
	if err := <-sent; err != nil {
		return fmt.Errorf("after the wait: %w", err)
	}
	if busy > wait/2 {
		return fmt.Errorf("with messages of %d bytes: got %v of CPU in %v of waiting, want half of that at most", len(p), busy, wait)
	}
	return nil
}

// leastCPU is the least CPU time that this process uses in so long, of up to ten
// times, one of which is enough if it is little.
func leastCPU(d, enough time.Duration) time.Duration {
	least := d
	for i := 0; i < 10 && least > enough; i++ {
		least = min(least, testutil.CPUOf(func() { time.Sleep(d) })) // what is measured
	}
	return least
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
