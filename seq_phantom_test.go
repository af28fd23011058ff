//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"example.com/uds"
)

// racingRounds is how often a race of some hundred rounds is run.
const racingRounds = 10_000

// A non-blocking recvmsg(2) looks at the queue and then, in
// __unix_dgram_recvmsg, whether the peer can still send: what is sent and
// followed by a close in between is queued behind a 0 that looks like the end.
// A receive that polls meets that; it must neither end nor invent a message.
func TestMessageThatRacesTheClose(t *testing.T) {
	p := make([]byte, 8)
	for round := range racingRounds {
		a, b, err := uds.SeqPair()
		must(t, err)
		last := []byte("last")[:4*(round%2)] // Or an empty message.
		done := make(chan error, 1)
		go func() { done <- errors.Join(a.Send(last), a.Close()) }()
		m := uds.Message{Buffers: [][]byte{p}}
		for err = uds.ErrWouldBlock; errors.Is(err, uds.ErrWouldBlock); {
			err = b.RecvMsg(&m, uds.FlagNoWait)
			if runtime.GOMAXPROCS(0) == 1 {
				runtime.Gosched() // the sender would have to wait until this goroutine is preempted
			}
		}
		if got := outcome(p[:m.N], err); err != nil || string(p[:m.N]) != string(last) {
			t.Fatalf("round %d: got %s, want %q", round, got, last)
		}
		if got := recvEnd(b); got != "EOF" {
			t.Fatalf("round %d: got %s, want EOF", round, got)
		}
		must(t, <-done)
		must(t, b.Close())
	}
}

// recvmmsg(2) goes on behind such an answer: the messages there are not lost.
func TestBatchThatRacesTheClose(t *testing.T) {
	for round := range racingRounds {
		a, b, err := uds.SeqPair()
		must(t, err)
		b.SetSpin(time.Second)
		done := make(chan error, 1)
		go func() { done <- errors.Join(a.Send([]byte("first")), a.Send(nil), a.Send([]byte("last")), a.Close()) }()
		var got []string
		for {
			ms := messagesOf(4, 8)
			n, err := b.RecvBatch(ms)
			for _, m := range ms[:n] {
				got = append(got, string(m.Buffers[0][:m.N]))
			}
			if err != nil {
				if err != io.EOF {
					t.Fatalf("round %d: %v", round, err)
				}
				break
			}
		}
		if got, want := fmt.Sprintf("%q", got), `["first" "" "last"]`; got != want {
			t.Fatalf("round %d: got %s, want %s", round, got, want)
		}
		must(t, <-done)
		must(t, b.Close())
	}
}

// messagesOf is n messages with a buffer of size bytes each.
func messagesOf(n, size int) []uds.Message {
	ms := make([]uds.Message, n)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, size)}
	}
	return ms
}
