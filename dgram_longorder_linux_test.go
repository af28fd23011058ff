package uds_test

import (
	"errors"
	"fmt"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Sends to a full receiver at a path of any length keep their order, also one
// that does not wait: it does not pass those that do.
func TestDgramLongPathKeepsOrder(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, n := range []int{uds.MaxPathLen, uds.MaxPathLen + 100} {
		to := uds.MustParseAddr(pathOfLength(t, n, 100))
		receiver, err := uds.ListenDgram(to.String())
		receiver = ownDgram(t, receiver, err)
		sender := newDgram(t)
		queued := fill(t, sender, to, []byte("fill"))
		var done []<-chan error
		for i := range 8 {
			done = append(done, longorderWaits(t, sender, fmt.Sprint(i), to))
		}
		for range queued {
			if got := recvString(t, receiver); got != "fill" {
				t.Errorf("path of %d bytes: got %q, want fill", n, got)
			}
		}
		for i := range done {
			if got, want := recvString(t, receiver), fmt.Sprint(i); got != want {
				t.Errorf("path of %d bytes: got %s, want %s", n, got, want)
			}
		}
		for _, c := range done {
			must(t, wantDone(t, c))
		}
	}
}

// While a send waits for a full receiver, one that must not wait does not pass
// it, whatever room there is.
func TestDgramLongPathIsNotPassed(t *testing.T) {
	to := uds.MustParseAddr(pathOfLength(t, uds.MaxPathLen+100, 100))
	receiver, err := uds.ListenDgram(to.String())
	receiver = ownDgram(t, receiver, err)
	sender := newDgram(t)
	queued := fill(t, sender, to, []byte("fill"))
	done := longorderWaits(t, sender, "first", to)
	passes := make(chan error, 1)
	go func() {
		m := uds.Message{Buffers: [][]byte{[]byte("second")}, Addr: to}
		for {
			if err := sender.SendMsg(&m, uds.FlagNoWait); !errors.Is(err, uds.ErrWouldBlock) {
				passes <- err
				return
			}
		}
	}()
	for range queued {
		recvString(t, receiver)
	}
	for _, want := range []string{"first", "second"} {
		if got := recvString(t, receiver); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	must(t, wantDone(t, done))
	must(t, wantDone(t, passes))
}

// longorderWaits starts a send to a full receiver, waits until it is in line, and
// returns where its error comes.
func longorderWaits(t *testing.T, c *uds.DgramConn, s string, to uds.Addr) <-chan error {
	t.Helper()
	before := goroutinesIn("", ".waitFull")
	done := make(chan error, 1)
	go func() {
		_, err := c.WriteToAddr([]byte(s), to)
		done <- err
	}()
	testutil.Eventually(t, safety, func() bool { return goroutinesIn("", ".waitFull") > before }, "a send in line")
	return done
}
