//go:build linux

package uds_test

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// blocking are the calls of a SeqConn that wait.
var blocking = []struct {
	name  string
	sends bool // waits for room
	call  func(c *uds.SeqConn) error
}{
	{"Read", false, func(c *uds.SeqConn) error { _, err := c.Read(make([]byte, 8)); return err }},
	{"Recv", false, func(c *uds.SeqConn) error { _, err := c.Recv(make([]byte, 8)); return err }},
	{"Peek", false, func(c *uds.SeqConn) error { _, err := c.Peek(make([]byte, 8)); return err }},
	{"NextSize", false, func(c *uds.SeqConn) error { _, err := c.NextSize(); return err }},
	{"WriteTo", false, func(c *uds.SeqConn) error { _, err := c.WriteTo(io.Discard); return err }},
	{"RecvMsg", false, func(c *uds.SeqConn) error { return c.RecvMsg(&uds.Message{}, 0) }},
	{"Write", true, func(c *uds.SeqConn) error { _, err := c.Write([]byte("x")); return err }},
	{"large Write", true, func(c *uds.SeqConn) error { _, err := c.Write(make([]byte, 1<<20)); return err }},
	{"Send", true, func(c *uds.SeqConn) error { return c.Send([]byte("x")) }},
	{"ReadFrom", true, func(c *uds.SeqConn) error { _, err := c.ReadFrom(strings.NewReader("x")); return err }},
	{"SendMsg", true, func(c *uds.SeqConn) error {
		return c.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("x")}}, 0)
	}},
}

// enders are what ends a blocked call.
var enders = []struct {
	name  string
	end   func(c, peer *uds.SeqConn)
	read  error // of a receive,
	write error // and of a send; nil: it goes on
	after func(c *uds.SeqConn) error
}{
	{
		"Close", func(c, _ *uds.SeqConn) { c.Close() }, net.ErrClosed, net.ErrClosed, nil,
	},
	{
		"Cancel", func(c, _ *uds.SeqConn) { c.Cancel() }, context.Canceled, context.Canceled,
		func(*uds.SeqConn) error { return nil },
	},
	{
		"deadline in the past", func(c, _ *uds.SeqConn) { c.SetDeadline(past) }, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded,
		func(c *uds.SeqConn) error { return c.SetDeadline(time.Time{}) },
	},
	{
		"deadline ahead", func(c, _ *uds.SeqConn) { c.SetDeadline(time.Now().Add(time.Millisecond)) }, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded,
		func(c *uds.SeqConn) error { return c.SetDeadline(time.Time{}) },
	},
	{
		"CloseRead", func(c, _ *uds.SeqConn) { c.CloseRead() }, io.EOF, nil, nil,
	},
	{
		"the peer's Close", func(_, peer *uds.SeqConn) { peer.Close() }, io.EOF, syscall.EPIPE, nil,
	},
}

// endOf is the error that ends the receives or the sends.
func endOf(read, write error, sends bool) error {
	if sends {
		return write
	}
	return read
}

// Every call that waits ends when something ends it, and where the connection
// lives on the next call is unharmed.
func TestBlockedCallsEnd(t *testing.T) {
	for _, b := range blocking {
		for _, e := range enders {
			want := endOf(e.read, e.write, b.sends)
			if want == nil {
				continue
			}
			t.Run(b.name+"/"+e.name, func(t *testing.T) {
				c, peer := seqPair(t)
				if b.sends {
					fillQueue(t, c)
				}
				done := make(chan error, 1)
				go func() { done <- b.call(c) }()
				parked(t, 1, "TestBlockedCallsEnd")
				e.end(c, peer)
				err := <-done
				if want == io.EOF && b.name == "WriteTo" {
					want = nil
				}
				if want == syscall.EPIPE && errors.Is(err, syscall.ECONNRESET) {
					err = syscall.EPIPE // The peer closed with unread input.
				}
				isErr(t, b.name, err, want)
				if e.after == nil {
					return
				}
				must(t, e.after(c))
				drain(t, peer)
				unharmed(t, c, peer)
			})
		}
	}
}

// drain takes what is queued at c.
func drain(t testing.TB, c *uds.SeqConn) {
	t.Helper()
	p := make([]byte, 1)
	for {
		must(t, c.SetReadDeadline(past))
		n, err := c.Readable()
		must(t, err)
		if n == 0 {
			must(t, c.SetReadDeadline(time.Time{}))
			return
		}
		must(t, c.SetReadDeadline(time.Time{}))
		if _, err := c.Recv(p); !errors.Is(err, uds.ErrTruncated) {
			must(t, err)
		}
	}
}

// unharmed fails t unless messages pass both ways.
func unharmed(t testing.TB, c, peer *uds.SeqConn) {
	t.Helper()
	for _, dir := range [][2]*uds.SeqConn{{c, peer}, {peer, c}} {
		sendAll(t, dir[0], "hello")
		if got := recvEnd(dir[1]); got != `"hello"` {
			t.Errorf("next call: got %s, want \"hello\"", got)
		}
	}
}

// Several callers that wait for each other's turns end together.
func TestQueuedCallsEnd(t *testing.T) {
	for _, e := range enders[:3] {
		t.Run(e.name, func(t *testing.T) {
			c, peer := seqPair(t)
			fillQueue(t, c)
			const each = 4
			reads, writes := make(chan error, each), make(chan error, each)
			for range each {
				go func() { reads <- blockedRecv(c) }()
				go func() { writes <- seqBlockedSend(c) }()
			}
			parked(t, 1, ".blockedRecv(")
			parked(t, 1, ".seqBlockedSend(")
			testutil.Eventually(t, safety, func() bool {
				return locked(".blockedRecv(") == each-1 && locked(".seqBlockedSend(") == each-1
			}, "the other callers to wait for their turns")
			e.end(c, peer)
			for range each {
				isErr(t, "Recv", <-reads, e.read)
				isErr(t, "Send", <-writes, e.write)
			}
		})
	}
}

// Cancel ends what began before it, and nothing that begins after.
func TestCancelIsOfTheMoment(t *testing.T) {
	a, b := seqPair(t)
	b.Cancel()
	sendAll(t, a, "hello")
	wantRecvs(t, b, `"hello"`)
	must(t, b.SetReadDeadline(time.Now().Add(safety)))
	done := make(chan error, 1)
	go func() { done <- blockedRecv(b) }()
	parked(t, 1, ".blockedRecv(")
	b.Cancel()
	isErr(t, "Recv", <-done, context.Canceled)
	go func() { done <- blockedRecv(b) }()
	parked(t, 1, ".blockedRecv(")
	must(t, b.SetReadDeadline(past))
	isErr(t, "Recv", <-done, os.ErrDeadlineExceeded)
}

// A deadline that Cancel found stays.
func TestCancelKeepsTheDeadline(t *testing.T) {
	_, b := seqPair(t)
	for ahead := 40 * time.Millisecond; ahead < safety; ahead *= 2 {
		must(t, b.SetReadDeadline(time.Now().Add(ahead)))
		done := make(chan error, 1)
		go func() { done <- blockedRecv(b) }()
		testutil.Eventually(t, safety, func() bool { return len(done) > 0 || waiting(".blockedRecv(") > 0 }, "a receive that waits")
		b.Cancel()
		err := <-done
		isErr(t, "Recv", blockedRecv(b), os.ErrDeadlineExceeded)
		if !errors.Is(err, os.ErrDeadlineExceeded) { // A busy machine lets it pass before.
			isErr(t, "Recv", err, context.Canceled)
			return
		}
	}
	t.Error("got no receive that Cancel ended")
}

// The timeout of an operation and the deadline hold side by side: the earlier
// ends the call, and setting one clears nothing of the other.
func TestTimeoutsAndDeadlines(t *testing.T) {
	const short, long = 20 * time.Millisecond, time.Hour
	for _, b := range blocking {
		t.Run(b.name, func(t *testing.T) {
			c, _ := seqPair(t)
			if b.sends {
				fillQueue(t, c)
			}
			setTimeout, getTimeout, setDeadline := c.SetReadTimeout, c.ReadTimeout, c.SetReadDeadline
			if b.sends {
				setTimeout, getTimeout, setDeadline = c.SetWriteTimeout, c.WriteTimeout, c.SetWriteDeadline
			}
			for _, s := range []struct {
				name     string
				timeout  time.Duration
				deadline time.Duration
			}{
				{"timeout", short, 0},
				{"timeout before the deadline", short, long},
				{"deadline before the timeout", long, short},
				{"deadline", 0, short},
			} {
				must(t, setTimeout(s.timeout))
				start, at := time.Now(), time.Time{}
				if s.deadline != 0 {
					at = start.Add(s.deadline)
				}
				must(t, setDeadline(at))
				if got := getTimeout(); got != s.timeout {
					t.Errorf("%s: timeout: got %v, want %v", s.name, got, s.timeout)
				}
				isErr(t, s.name, b.call(c), os.ErrDeadlineExceeded)
				if took := time.Since(start); took < short/2 {
					t.Errorf("%s: got the error after %v, want it after %v", s.name, took, short)
				}
			}
			// A timeout is of each operation: the next one has its own.
			must(t, setDeadline(time.Time{}))
			must(t, setTimeout(short))
			for range 2 {
				isErr(t, "again", b.call(c), os.ErrDeadlineExceeded)
			}
		})
	}
}

// A timeout also bounds the wait for another caller's turn.
func TestTimeoutBehindAnotherCaller(t *testing.T) {
	c, peer := seqPair(t)
	done := make(chan error, 1)
	go func() { done <- blockedRecv(c) }()
	parked(t, 1, ".blockedRecv(")
	must(t, c.SetReadTimeout(20*time.Millisecond))
	_, err := c.Recv(make([]byte, 8))
	isErr(t, "Recv", err, os.ErrDeadlineExceeded)
	sendAll(t, peer, "x")
	must(t, <-done)
}

// A call with the longest timeout ends in the future.
func TestLongestTimeout(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.SetReadTimeout(math.MaxInt64))
	must(t, a.SetWriteTimeout(math.MaxInt64))
	sendAll(t, b, "in time")
	if got := recvEnd(a); got != `"in time"` {
		t.Errorf("Recv: got %s, want the message", got)
	}
	must(t, a.Send([]byte("out")))
}

// A timeout that has passed does not end the next call, as a deadline does.
func TestTimeoutDoesNotStick(t *testing.T) {
	c, peer := seqPair(t)
	must(t, c.SetReadTimeout(time.Millisecond))
	isErr(t, "Recv", blockedRecv(c), os.ErrDeadlineExceeded)
	sendAll(t, peer, "x")
	must(t, c.SetReadTimeout(safety))
	wantRecvs(t, c, `"x"`)
}

// unblockRounds blocks and ends calls, one in a round, and checks each time
// that the next call is unharmed. How far the call has got when it is ended
// differs from round to round.
func unblockRounds(t testing.TB, seed uint64, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range rounds {
		b, e := blocking[rnd.IntN(len(blocking))], enders[rnd.IntN(3)]
		c, peer, err := uds.SeqPair()
		must(t, err)
		c.SetSpin([]time.Duration{0, -1, time.Second}[rnd.IntN(3)])
		if b.sends {
			fillQueue(t, c)
		}
		done := make(chan error, 1)
		go func() { done <- b.call(c) }()
		pause(rnd)
		e.end(c, peer)
		if e.name == "Cancel" { // It may have come before the call began.
			err = cancelUntil(c, done)
		} else {
			err = <-done
		}
		if want := endOf(e.read, e.write, b.sends); !errors.Is(err, want) {
			t.Fatalf("%s, %s: got %v, want %v", b.name, e.name, err, want)
		}
		if e.after != nil {
			must(t, e.after(c))
			if b.sends {
				drain(t, peer)
			}
			unharmed(t, c, peer)
		}
		c.Close()
		peer.Close()
	}
}

// cancelUntil cancels until the call is over.
func cancelUntil(c *uds.SeqConn, done <-chan error) error {
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(time.Millisecond):
			c.Cancel()
		}
	}
}

// pause is a moment of random length, none among them: the rounds differ in how
// far the other goroutine gets.
func pause(rnd *rand.Rand) {
	if n := rnd.IntN(4); n > 0 {
		time.Sleep(time.Duration(rnd.IntN(1<<(4*n))) * time.Microsecond / 10)
	}
}

// acceptRounds does the same for Accept and for a dial on a full backlog.
func acceptRounds(t testing.TB, seed uint64, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	l, address := fullListener(t)
	for range rounds {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() {
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			done <- err
		}()
		pause(rnd)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatalf("dial: got %v, want context.Canceled", err)
		}
	}
	must(t, l.Close())
	address = abstractName()
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
		go func() {
			_, err := l.AcceptContext(ctx)
			done <- err
		}()
		pause(rnd)
		e.end()
		if err := <-done; !errors.Is(err, e.want) {
			t.Fatalf("Accept: got %v, want %v", err, e.want)
		}
		cancel()
		if e.want != net.ErrClosed {
			must(t, l.SetDeadline(time.Time{}))
			c, err := uds.DialSeq(address)
			must(t, err)
			s, err := l.AcceptSeq()
			must(t, err)
			s.Close()
			c.Close()
		}
		l.Close()
	}
}

func TestUnblockRounds(t *testing.T) {
	unblockRounds(t, 1, 1000)
	acceptRounds(t, 1, 200)
}

// 10,000 rounds at least, as long as UDS_SOAK says.
func TestUnblockRoundsSoak(t *testing.T) {
	end := time.Now().Add(testutil.Soak(t))
	for seed := uint64(2); seed < 10 || time.Now().Before(end); seed++ {
		unblockRounds(t, seed, 1000)
		acceptRounds(t, seed, 250)
	}
}

// A deadline that is set right after a Cancel or a CloseRead does not take the
// place of what wakes the blocked call.
func TestDeadlineAfterAnInterruption(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*uds.SeqConn)
		want error
	}{
		{"Cancel", (*uds.SeqConn).Cancel, context.Canceled},
		{"CloseRead", func(b *uds.SeqConn) { b.CloseRead() }, io.EOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 20 {
				_, b := seqPair(t)
				done := make(chan error, 1)
				go func() { done <- blockedRecv(b) }()
				parked(t, 1, ".blockedRecv(")
				c.end(b)
				must(t, b.SetReadDeadline(time.Now().Add(time.Hour)))
				select {
				case err := <-done:
					isErr(t, "Recv", err, c.want)
				case <-time.After(safety):
					t.Fatalf("the receive hangs %v after %s", safety, c.name)
				}
			}
		})
	}
}
