//go:build linux

package uds_test

import (
	"math"
	"os"
	"testing"
	"time"
)

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
				err := b.call(c)
				isErr(t, s.name, err, os.ErrDeadlineExceeded)
				if took := time.Since(start); took < short {
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
