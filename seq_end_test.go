//go:build linux

package uds_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// orders calls f with every order of empty and full messages up to a length.
func orders(longest int, f func(msgs []string)) {
	for length := range longest + 1 {
		for bits := range 1 << length {
			msgs := make([]string, length)
			for i := range msgs {
				if bits>>i&1 != 0 {
					msgs[i] = fmt.Sprintf("m%d", i)
				}
			}
			f(msgs)
		}
	}
}

// quoted is msgs as recvRest prints them.
func quoted(msgs []string, end ...string) string {
	var out []string
	for _, m := range msgs {
		out = append(out, fmt.Sprintf("%q", m))
	}
	return strings.Join(append(out, end...), " ")
}

func TestEmptyMessagesAndTheEnd(t *testing.T) {
	for _, m := range makers {
		t.Run(m.name, func(t *testing.T) {
			orders(5, func(msgs []string) {
				a, b := m.make(t)
				sendAll(t, a, msgs...)
				must(t, a.Close())
				if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
					t.Errorf("Recv: got %s, want %s", got, want)
				}
				must(t, b.Close())
			})
		})
	}
}

func TestEmptyMessagesAndTheEndByRead(t *testing.T) {
	orders(6, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.Close())
		got, err := io.ReadAll(b)
		if want := strings.Join(msgs, ""); string(got) != want || err != nil {
			t.Errorf("%q: Read: got %q, %v, want %q", msgs, got, err, want)
		}
		must(t, b.Close())
	})
}

// The sender is told of the reset, and so is the receiver, whatever was queued.
func TestEmptyMessagesAndTheReset(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, b, "never read")
		sendAll(t, a, msgs...)
		must(t, a.Close())
		if got, want := recvRest(b), quoted(msgs, "RESET", "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, b.Close())
	})
}

// CloseWrite is an end as Close is.
func TestEmptyMessagesAndCloseWrite(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.CloseWrite())
		if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		sendAll(t, b, "answer")
		if got := recvEnd(a); got != `"answer"` {
			t.Errorf("Recv behind CloseWrite: got %s, want \"answer\"", got)
		}
		must(t, a.Close())
		must(t, b.Close())
	})
}

// What is queued outlives the receiver's own CloseRead.
func TestEmptyMessagesAndCloseRead(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, b.CloseRead())
		if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, a.Close())
		must(t, b.Close())
	})
}

// The first Recv comes after everything is queued: the marker holds for
// messages that were queued before it.
func TestReadThenRecv(t *testing.T) {
	orders(5, func(msgs []string) {
		msgs = append([]string{"first"}, msgs...)
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.Close())
		p := make([]byte, 64)
		n, err := b.Read(p)
		if got := outcome(p[:n], err); got != `"first"` {
			t.Errorf("Read: got %s, want \"first\"", got)
		}
		if got, want := recvRest(b), quoted(msgs[1:], "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, b.Close())
	})
}

// Any mixture of the faces delivers every byte in order, and Recv and NextSize
// agree with Peek about what comes next.
func TestFacesMixed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a, b := seqPair(t)
		var want, got strings.Builder
		for range rnd.IntN(12) {
			m := strings.Repeat("x", rnd.IntN(3)*rnd.IntN(40))
			sendAll(t, a, m)
			want.WriteString(m)
		}
		must(t, a.Close())
		for i := 0; ; i++ {
			p := make([]byte, 128)
			if rnd.IntN(2) == 0 {
				n, err := b.Read(p[:1+rnd.IntN(64)])
				got.Write(p[:n])
				if err == io.EOF {
					break
				}
				must(t, err)
				continue
			}
			size, sizeErr := b.NextSize()
			peeked, peekErr := b.Peek(p)
			n, err := b.Recv(p)
			if size != n || peeked != n || sizeErr != err || peekErr != err {
				t.Fatalf("NextSize, Peek, Recv: got %d %v, %d %v, %d %v, want the same", size, sizeErr, peeked, peekErr, n, err)
			}
			got.Write(p[:n])
			if err == io.EOF {
				break
			}
			must(t, err)
		}
		if got.String() != want.String() {
			t.Fatalf("got %q, want %q", got.String(), want.String())
		}
		must(t, b.Close())
	}
}
