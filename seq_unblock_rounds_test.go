//go:build linux

package uds_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// unblock is a call that waits and what ends it, again and again. Every round
// checks that the next call is unharmed.
type unblock struct {
	t   testing.TB
	rnd *rand.Rand
	b   blockingCall
	e   ender

	c, peer *uds.SeqConn // nil: the next round makes them
	done    chan error
}

// unblockEnders are what a round ends a call by.
var unblockEnders = append([]ender{{
	"deadline shortly", func(c, _ *uds.SeqConn) { c.SetDeadline(time.Now().Add(20 * time.Microsecond)) },
	os.ErrDeadlineExceeded, os.ErrDeadlineExceeded,
	func(c *uds.SeqConn) error { return c.SetDeadline(time.Time{}) },
}}, endersNamed("Close", "CloseRead", "Cancel", "deadline in the past")...)

func endersNamed(names ...string) (some []ender) {
	for _, name := range names {
		for _, e := range enders {
			if e.name == name {
				some = append(some, e)
			}
		}
	}
	return some
}

// unblocks are all combinations.
func unblocks(t testing.TB, seed uint64) (all []*unblock) {
	for _, b := range blocking {
		for _, e := range unblockEnders {
			if endOf(e.read, e.write, b.sends) != nil {
				rnd := rand.New(rand.NewPCG(seed, uint64(len(all))))
				all = append(all, &unblock{t: t, rnd: rnd, b: b, e: e, done: make(chan error, 1)})
			}
		}
	}
	return all
}

// rounds makes n rounds. How far the call has got when it is ended differs from
// one to the next.
func (u *unblock) rounds(n int) {
	u.t.Helper()
	defer u.close()
	for range n {
		if u.c == nil {
			u.open()
		}
		u.c.SetSpin([]time.Duration{0, -1, time.Second}[u.rnd.IntN(3)])
		go func() { u.done <- u.b.call(u.c) }()
		moment(u.rnd)
		u.e.end(u.c, u.peer)
		want := endOf(u.e.read, u.e.write, u.b.sends)
		if err := u.outcome(); !errors.Is(err, want) && !(u.b.name == "WriteTo" && want == io.EOF && err == nil) {
			u.t.Fatalf("%s, %s: got %v, want %v", u.b.name, u.e.name, err, want)
		}
		u.next()
		if u.t.Failed() {
			u.t.Fatalf("%s, %s: the next call was harmed", u.b.name, u.e.name)
		}
	}
}

func (u *unblock) open() {
	var err error
	u.c, u.peer, err = uds.SeqPair()
	must(u.t, err)
	u.fill()
}

func (u *unblock) close() {
	if u.c != nil {
		u.c.Close()
		u.peer.Close()
		u.c, u.peer = nil, nil
	}
}

// fill leaves a send no room, by a few large messages.
func (u *unblock) fill() {
	if !u.b.sends {
		return
	}
	var err error
	for large := make([]byte, 80_000); err == nil; {
		err = u.c.SendMsg(&uds.Message{Buffers: [][]byte{large}}, uds.FlagNoWait)
	}
	isErr(u.t, "filling", err, uds.ErrWouldBlock)
}

// outcome is what the call came to. Cancel may have come before it began.
func (u *unblock) outcome() error {
	for u.e.name == "Cancel" {
		select {
		case err := <-u.done:
			return err
		default:
			runtime.Gosched()
			u.c.Cancel()
		}
	}
	return <-u.done
}

// next checks the calls after the one that was ended.
func (u *unblock) next() {
	switch u.e.name {
	case "Close":
		isErr(u.t, "Recv", blockedRecv(u.c), net.ErrClosed)
		isErr(u.t, "Send", seqBlockedSend(u.c), net.ErrClosed)
		u.close()
	case "CloseRead":
		isErr(u.t, "Recv", blockedRecv(u.c), io.EOF)
		sendAll(u.t, u.c, "hello")
		wantRecvs(u.t, u.peer, `"hello"`)
		u.close()
	default:
		must(u.t, u.e.after(u.c))
		if u.b.sends {
			u.drain()
		}
		unharmed(u.t, u.c, u.peer)
		u.fill()
	}
}

// drain takes all that is queued at the peer.
func (u *unblock) drain() {
	var err error
	for err == nil || errors.Is(err, uds.ErrTruncated) {
		err = u.peer.RecvMsg(&uds.Message{}, uds.FlagNoWait)
	}
	isErr(u.t, "draining", err, uds.ErrWouldBlock)
}

// moment lets other goroutines run for a moment of random length, none among
// them.
func moment(rnd *rand.Rand) {
	if rnd.IntN(32) == 0 {
		pause(rnd)
		return
	}
	for range rnd.IntN(1 << rnd.IntN(8)) {
		runtime.Gosched()
	}
}

// pause is a moment of random length, none among them: the rounds differ in how
// far the other goroutine gets.
func pause(rnd *rand.Rand) {
	if n := rnd.IntN(4); n > 0 {
		time.Sleep(time.Duration(rnd.IntN(1<<(4*n))) * time.Microsecond / 10) // the round's pace
	}
}

// dialRounds ends dials that wait for room in a full backlog; then there is
// room, and a dial works.
func dialRounds(t testing.TB, seed uint64, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	l, address := fullListener(t)
	for range rounds {
		var d uds.Dialer
		ctx, cancel := context.WithCancel(context.Background())
		want := context.Canceled
		if rnd.IntN(2) == 0 {
			d.Timeout, want = time.Duration(1+rnd.IntN(50_000)), os.ErrDeadlineExceeded
		}
		done := make(chan error, 1)
		go func() { done <- closeDialled(d.DialSeq(ctx, address)) }()
		moment(rnd)
		if d.Timeout == 0 {
			cancel()
		}
		err := <-done
		cancel()
		if !errors.Is(err, want) {
			t.Fatalf("dial: got %v, want %v", err, want)
		}
	}
	for range 2 {
		c, err := l.AcceptSeq()
		must(t, err)
		must(t, c.Close())
		must(t, closeDialled(uds.DialSeq(address)))
	}
	must(t, l.Close())
}

func closeDialled(c *uds.SeqConn, err error) error {
	if err == nil {
		err = c.Close()
	}
	return err
}

// acceptRounds ends Accepts; the next one works.
func acceptRounds(t testing.TB, seed uint64, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 2))
	address := abstractName()
	for range rounds {
		l, err := uds.ListenSeq(address)
		must(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		ends := []struct {
			end  func()
			want error
		}{
			{func() { l.Close() }, net.ErrClosed},
			{func() { l.SetDeadline(past) }, os.ErrDeadlineExceeded},
			{cancel, context.Canceled},
		}
		e := ends[rnd.IntN(len(ends))]
		done := make(chan error, 1)
		go func() { done <- closeDialled(l.AcceptContext(ctx)) }()
		moment(rnd)
		e.end()
		if err := <-done; !errors.Is(err, e.want) {
			t.Fatalf("Accept: got %v, want %v", err, e.want)
		}
		cancel()
		if e.want != net.ErrClosed {
			must(t, l.SetDeadline(time.Time{}))
			c, err := uds.DialSeq(address)
			must(t, err)
			must(t, closeDialled(l.AcceptSeq()))
			c.Close()
		}
		l.Close()
	}
}

// Close, CloseRead, Cancel and deadlines end every call that waits, 10,000
// times in all.
func TestUnblockRounds(t *testing.T) {
	testutil.CheckLeaks(t)
	all := unblocks(t, 1)
	for _, u := range all {
		u.rounds(10_000/len(all) + 1)
	}
	acceptRounds(t, 1, 200)
	dialRounds(t, 1, 200)
}

// 100 times in each way, as often as UDS_SOAK has time for, and once at least:
// some minutes make 10,000 in each.
func TestUnblockRoundsSoak(t *testing.T) {
	testutil.CheckLeaks(t)
	const rounds = 100
	end := time.Now().Add(testutil.Soak(t))
	sets := uint64(0)
	for ; sets == 0 || time.Now().Before(end); sets++ {
		for _, u := range unblocks(t, 2+sets) {
			u.rounds(rounds)
		}
		acceptRounds(t, 2+sets, rounds)
		dialRounds(t, 2+sets, rounds)
	}
	t.Logf("%d rounds of each call and what ends it", rounds*sets)
}
