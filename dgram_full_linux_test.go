package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// blockedWriteTo starts a send to a full receiver, waits until it has its helper,
// and returns where its error comes.
func blockedWriteTo(t testing.TB, c *uds.DgramConn, s string, to uds.Addr) <-chan error {
	t.Helper()
	before := testutil.FDCount(t)
	done := make(chan error, 1)
	go func() {
		_, err := c.WriteToAddr([]byte(s), to)
		done <- err
	}()
	// A call that waits has no other signal than the helper's descriptor.
	testutil.Eventually(t, safety, func() bool { return testutil.FDCount(t) > before }, "the send has a helper")
	return done
}

// wantDone waits for a send's error.
func wantDone(t testing.TB, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(safety):
		t.Fatal("the send hangs")
		return nil
	}
}

// fullReceiver returns a sender and a receiver whose queue is full. The sender
// has waited, so that what is counted later is what one more wait costs.
func fullReceiver(t testing.TB) (sender, receiver *uds.DgramConn, to uds.Addr, queued int) {
	t.Helper()
	receiver, sender = listenDgram(t), newDgram(t)
	to = addrOf(t, receiver)
	queued = fill(t, sender, to, []byte("fill"))
	return sender, receiver, to, queued
}

func TestDgramFullReceiverCostsNothing(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver, to, queued := fullReceiver(t)
	fds := testutil.FDCount(t)
	done := blockedWriteTo(t, sender, "last", to)
	if got := testutil.FDCount(t); got > fds+1 {
		t.Errorf("while blocked: got %d descriptors more, want at most 1", got-fds)
	}
	blockedCostsAtMost(t, done, 30, naps)
	if got := recvString(t, receiver); got != "fill" {
		t.Errorf("got %q, want %q", got, "fill")
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	for range queued - 1 {
		recvString(t, receiver)
	}
	if got := recvString(t, receiver); got != "last" {
		t.Errorf("got %q, want %q", got, "last")
	}
	if got := testutil.FDCount(t); got != fds {
		t.Errorf("after: got %d descriptors, want %d", got, fds)
	}
}

// blockedWait is for how long the cost of a blocked send is measured.
const blockedWait = 300 * time.Millisecond

// blockedCostsAtMost fails t if a blocked send is done, or costs more than that
// part of a CPU and than naps, measured before the send: wake-ups are dear on an
// emulated processor.
func blockedCostsAtMost(t *testing.T, done <-chan error, part, naps time.Duration) {
	t.Helper()
	testutil.AtMost(t, max(blockedWait/part, naps), func() time.Duration {
		return testutil.CPUOf(func() {
			select {
			case err := <-done:
				t.Fatalf("the send ended: %v", err)
			case <-time.After(blockedWait): // what is measured
			}
		})
	}, "CPU time of %v of a blocked send", blockedWait)
}

// napsCPU is what it costs to wake up every millisecond for so long.
func napsCPU(d time.Duration) time.Duration {
	return testutil.CPUOf(func() {
		for end := time.Now().Add(d); time.Now().Before(end); {
			time.Sleep(time.Millisecond) // what is measured
		}
	})
}

// Room in the receiver's queue wakes the send. One that has to find it by looking
// around takes recheck, 50 ms at least, from its beginning.
func TestDgramFullReceiverWakesTheSender(t *testing.T) {
	const recheck = 50 * time.Millisecond
	sender, receiver, to, _ := fullReceiver(t)
	testutil.AtMost(t, recheck-1, func() time.Duration {
		begun := time.Now()
		done := blockedWriteTo(t, sender, "more", to)
		parked(t, 1, "(*fullFront).wait")
		recvString(t, receiver)
		if err := wantDone(t, done); err != nil {
			t.Fatal(err)
		}
		return time.Since(begun)
	}, "a send that waits for the first room")
}

func TestDgramFullReceiverKeepsOrder(t *testing.T) {
	receiver, sender := listenDgram(t), newDgram(t)
	to := addrOf(t, receiver)
	const count = 2000
	sent := make(chan error, 1)
	go func() {
		for i := range count {
			if _, err := sender.WriteToAddr(fmt.Append(nil, i), to); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range count {
		if got, want := recvString(t, receiver), fmt.Sprint(i); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestDgramFullReceiverDoesNotHoldUpOthers(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	other := listenDgram(t)
	done := blockedWriteTo(t, sender, "x", to)
	sendString(t, sender, "passes", addrOf(t, other))
	if got := recvString(t, other); got != "passes" {
		t.Errorf("got %q, want %q", got, "passes")
	}
	sender.Cancel()
	if err := wantDone(t, done); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestDgramFullReceiverInterrupted(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(c *uds.DgramConn) error
		want error
	}{
		{"Cancel", func(c *uds.DgramConn) error { c.Cancel(); return nil }, context.Canceled},
		{"Close", (*uds.DgramConn).Close, net.ErrClosed},
		{"Detach", func(c *uds.DgramConn) error {
			f, err := c.Detach()
			if err == nil {
				err = f.Close()
			}
			return err
		}, net.ErrClosed},
		{"deadline in the past", func(c *uds.DgramConn) error { return c.SetWriteDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"deadline to come", func(c *uds.DgramConn) error { return c.SetWriteDeadline(time.Now().Add(30 * time.Millisecond)) }, os.ErrDeadlineExceeded},
		{"CloseWrite", (*uds.DgramConn).CloseWrite, syscall.EPIPE},
	} {
		t.Run(c.name, func(t *testing.T) {
			sender, _, to, _ := fullReceiver(t)
			front := blockedWriteTo(t, sender, "front", to)
			const more = 3
			behind := make(chan error, more)
			for range more {
				go func() {
					_, err := sender.WriteToAddr([]byte("behind"), to)
					behind <- err
				}()
			}
			if err := c.do(sender); err != nil {
				t.Fatal(err)
			}
			if err := wantDone(t, front); !errors.Is(err, c.want) {
				t.Errorf("the front one: got %v, want %v", err, c.want)
			}
			if c.want == context.Canceled {
				sender.Close() // Some may have begun after Cancel.
			}
			for range more {
				if err := wantDone(t, behind); !errors.Is(err, c.want) && !errors.Is(err, net.ErrClosed) {
					t.Errorf("one behind it: got %v, want %v", err, c.want)
				}
			}
		})
	}
}

func TestDgramFullReceiverTimeout(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	if err := sender.SetWriteTimeout(30 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 4)
	start := time.Now()
	for range cap(errs) {
		go func() {
			_, err := sender.WriteToAddr([]byte("x"), to)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := wantDone(t, errs); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
		}
	}
	if got := time.Since(start); got < 30*time.Millisecond {
		t.Errorf("they took %v, want 30ms at least", got)
	}
}

func TestDgramFullReceiverExtendedDeadline(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedUntilExtended(t, sender, to)
	select {
	case err := <-done:
		t.Fatalf("got %v although the deadline was taken back", err)
	case <-time.After(50 * time.Millisecond): // what is measured
	}
	recvString(t, receiver)
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
}

// blockedUntilExtended blocks a send that has a deadline and takes that back before it
// passes, which takes more than one try on a busy machine. It returns when the
// deadline would have passed.
func blockedUntilExtended(t *testing.T, sender *uds.DgramConn, to uds.Addr) <-chan error {
	t.Helper()
	for ahead := 50 * time.Millisecond; ahead < safety; ahead *= 2 {
		before, end := testutil.FDCount(t), time.Now().Add(ahead)
		must(t, sender.SetWriteDeadline(end))
		done := make(chan error, 1)
		go func() { _, err := sender.WriteToAddr([]byte("x"), to); done <- err }()
		testutil.Eventually(t, safety, func() bool { return testutil.FDCount(t) > before || len(done) > 0 }, "the send waits")
		must(t, sender.SetWriteDeadline(time.Time{}))
		if time.Now().Before(end) {
			time.Sleep(time.Until(end)) // what is measured
			return done
		}
		sender.Cancel()
		if err := wantDone(t, done); !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want %v or %v", err, os.ErrDeadlineExceeded, context.Canceled)
		}
	}
	t.Fatalf("no deadline was taken back in time")
	return nil
}

func TestDgramFullReceiverGoes(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	if err := receiver.Close(); err != nil {
		t.Fatal(err)
	}
	err := wantDone(t, done)
	if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ECONNREFUSED or ENOENT", err)
	}
}

// The receiver restarts at the same path while the send waits: the send fails
// between the two or reaches the new one.
func TestDgramFullReceiverRestarts(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	receiver.Close()
	successor, err := uds.ListenDgram(to.String())
	successor = ownDgram(t, successor, err)
	err = wantDone(t, done)
	switch {
	case err == nil:
		if got := recvString(t, successor); got != "x" {
			t.Errorf("got %q, want %q", got, "x")
		}
	case !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist):
		t.Errorf("got %v, want ECONNREFUSED or ENOENT", err)
	}
}

// A new socket takes the path while the old one, still full, lives on. No event
// tells.
func TestDgramFullReceiverReplaced(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	if err := os.Rename(to.Path(), to.Path()+".old"); err != nil {
		t.Fatal(err)
	}
	successor, err := uds.ListenDgram(to.String())
	successor = ownDgram(t, successor, err)
	if err := wantDone(t, done); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	} else if err == nil {
		if got := recvString(t, successor); got != "x" {
			t.Errorf("got %q, want %q", got, "x")
		}
	}
	recvString(t, receiver)
}

// The successor is full as well: the helper has to follow.
func TestDgramFullReceiverReplacedByAFullOne(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	next, err := uds.ListenDgram(to.String() + ".new")
	next = ownDgram(t, next, err)
	n := fill(t, newDgram(t), addrOf(t, next), []byte("fill"))
	if err := os.Rename(to.Path()+".new", to.Path()); err != nil {
		t.Fatal(err)
	}
	for range n {
		recvString(t, next)
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	if got := recvString(t, next); got != "x" {
		t.Errorf("got %q, want %q", got, "x")
	}
}

// A receiver that is connected to the sender takes as much as the sender's own
// buffer holds, and no helper can connect to it.
func TestDgramFullReceiverConnectedToSender(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver := listenDgram(t), listenDgram(t)
	if err := receiver.Connect(addrOf(t, sender)); err != nil {
		t.Fatal(err)
	}
	to := addrOf(t, receiver)
	big := make([]byte, 16000)
	n := fill(t, sender, to, big)
	done := make(chan error, 1)
	go func() {
		_, err := sender.WriteToAddr([]byte("last"), to)
		done <- err
	}()
	blockedCostsAtMost(t, done, 30, naps)
	for range n {
		recvString(t, receiver)
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	if got := recvString(t, receiver); got != "last" {
		t.Errorf("got %q, want %q", got, "last")
	}
}

// The sender's own buffer is full before the receiver's queue is.
func TestDgramOwnBufferFull(t *testing.T) {
	receiver, sender := listenDgram(t), newDgram(t)
	to := addrOf(t, receiver)
	big := make([]byte, 60_000)
	if n := fill(t, sender, to, big); n > 8 {
		t.Fatalf("got %d datagrams queued, want so few that the sender's buffer was the limit", n)
	}
	const count = 300
	sent := make(chan error, 1)
	go func() {
		for range count {
			if _, err := sender.WriteToAddr(big, to); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for range count {
		if n := len(recvString(t, receiver)); n != len(big) {
			t.Fatalf("got %d bytes, want %d", n, len(big))
		}
	}
	if err := wantDone(t, sent); err != nil {
		t.Fatal(err)
	}
}

// Without a descriptor for a helper a send waits all the same.
func TestDgramFullReceiverWithoutDescriptors(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver, to, _ := fullReceiver(t)
	restore := testutil.LeaveDescriptors(0)
	t.Cleanup(restore)
	done := make(chan error, 1)
	go func() {
		_, err := sender.WriteToAddr([]byte("x"), to)
		done <- err
	}()
	blockedCostsAtMost(t, done, 10, naps) // it looks around
	recvString(t, receiver)
	err := wantDone(t, done)
	restore()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDgramManySendersOneSlowReceiver(t *testing.T) {
	manySenders(t, 1200*time.Millisecond)
}

func TestDgramManySendersOneSlowReceiverSoak(t *testing.T) {
	manySenders(t, testutil.Soak(t))
}

func manySenders(t *testing.T, d time.Duration) {
	t.Run("one socket", func(t *testing.T) {
		c := newDgram(t)
		manySend(t, d, func() *uds.DgramConn { return c })
	})
	t.Run("a socket each", func(t *testing.T) {
		manySend(t, d, func() *uds.DgramConn { return newDgram(t) })
	})
}

// numbered counts the datagrams of each of 16 senders.
type numbered [16]int

// send sends numbered datagrams as sender i until stop.
func (sent *numbered) send(t *testing.T, c *uds.DgramConn, to uds.Addr, i int, stop *atomic.Bool) {
	for !stop.Load() {
		if _, err := c.WriteToAddr([]byte{byte(i), byte(sent[i]), byte(sent[i] >> 8)}, to); err != nil {
			t.Error(err)
			return
		}
		sent[i]++
	}
}

// take receives a datagram, which must be the next of its sender.
func (got *numbered) take(t *testing.T, c *uds.DgramConn) bool {
	t.Helper()
	p := make([]byte, 4)
	n, err := c.Recv(p)
	if err != nil || n != 3 {
		return false
	}
	i := p[0]
	if seq := int(p[1]) | int(p[2])<<8; seq != got[i]&0xffff {
		t.Errorf("sender %d: got datagram %d, want %d", i, seq, got[i]&0xffff)
	}
	got[i]++
	return true
}

// takeUntil receives until done is closed.
func (got *numbered) takeUntil(t *testing.T, c *uds.DgramConn, done <-chan struct{}) {
	t.Helper()
	for {
		select {
		case <-done:
			return
		default:
			must(t, c.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
			got.take(t, c)
		}
	}
}

func (n *numbered) sum() (total int) {
	for _, i := range n {
		total += i
	}
	return total
}

// manySend has senders send for as long as the receiver, which takes one datagram
// a millisecond, goes on: for d, and for 50 datagrams of each at least. All arrive,
// in order, and each sender gets its share.
func manySend(t *testing.T, d time.Duration, sender func() *uds.DgramConn) {
	receiver := listenDgram(t)
	to := addrOf(t, receiver)
	must(t, receiver.SetDeadline(time.Now().Add(d+3*safety)))
	var stop atomic.Bool
	var sent, got numbered
	var wg sync.WaitGroup
	for i := range sent {
		c := sender()
		must(t, c.SetDeadline(time.Now().Add(d+3*safety)))
		wg.Go(func() { sent.send(t, c, to, i, &stop) })
	}
	total := 0
	tick := time.NewTicker(time.Millisecond) // the receiver's pace
	defer tick.Stop()
	for start := time.Now(); time.Since(start) < d || total < 50*len(sent); total++ {
		<-tick.C
		if !got.take(t, receiver) {
			t.Fatal("the receiver failed")
		}
	}
	share := got
	stop.Store(true)
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	got.takeUntil(t, receiver, done)
	must(t, receiver.SetReadDeadline(time.Now().Add(safety)))
	for left := sent.sum() - got.sum(); left > 0 && got.take(t, receiver); left-- {
	}
	if got != sent {
		t.Errorf("got %v datagrams, want %v", got, sent)
	}
	for i, n := range share {
		if n < total/len(share)/2 {
			t.Errorf("sender %d: got %d of %d datagrams through, want at least half of %d", i, n, total, total/len(share))
		}
	}
	t.Logf("%d datagrams, shares %v", total, share)
}
