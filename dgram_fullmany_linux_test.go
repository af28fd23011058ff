package uds_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

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
