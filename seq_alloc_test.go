//go:build linux

package uds_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The hot paths allocate nothing.
func TestSeqConnAllocations(t *testing.T) {
	testutil.RequireOptimised(t)
	small, large := make([]byte, 64), make([]byte, 60_000)
	p := make([]byte, 64<<10)
	for _, c := range []struct {
		name string
		call func(a, b *uds.SeqConn) error
	}{
		{"Write and Read", func(a, b *uds.SeqConn) error { return writeReadOnce(a, b, small, p) }},
		{"large Write and Read", func(a, b *uds.SeqConn) error { return writeReadOnce(a, b, large, p) }},
		{"Write and two Reads", func(a, b *uds.SeqConn) error {
			if err := writeReadOnce(a, b, small, p[:40]); err != nil {
				return err
			}
			_, err := b.Read(p)
			return err
		}},
		{"large Write and two Reads", func(a, b *uds.SeqConn) error {
			if err := writeReadOnce(a, b, large, p[:20_000]); err != nil {
				return err
			}
			_, err := b.Read(p)
			return err
		}},
		{"Send and Recv", func(a, b *uds.SeqConn) error { return sendRecvOnce(a, b, small, p) }},
		{"large Send and Recv", func(a, b *uds.SeqConn) error { return sendRecvOnce(a, b, large, p) }},
		{"empty Send and Recv", func(a, b *uds.SeqConn) error { return sendRecvOnce(a, b, nil, p) }},
		{"Send and Read", func(a, b *uds.SeqConn) error {
			if err := a.Send(small); err != nil {
				return err
			}
			_, err := b.Read(p)
			return err
		}},
		{"Send, NextSize, Peek, Recv", func(a, b *uds.SeqConn) error {
			if err := a.Send(small); err != nil {
				return err
			}
			if _, err := b.NextSize(); err != nil {
				return err
			}
			if _, err := b.Peek(p); err != nil {
				return err
			}
			_, err := b.Recv(p)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := seqPair(t)
			guarded(t, a, b)
			if got := testing.AllocsPerRun(500, func() { must(t, c.call(a, b)) }); got != 0 {
				t.Errorf("allocations: got %v, want 0", got)
			}
		})
	}
}

// A call that its deadline ends allocates no more than net's: http.Server ends a Read
// like that for each request.
func TestEndedReadAllocations(t *testing.T) {
	testutil.RequireOptimised(t)
	ours, nets := endedReadAllocations(t, dialledConns(t)), endedReadAllocations(t, netDialledConns(t))
	if ours > nets {
		t.Errorf("allocations: got %v, want net's %v at most", ours, nets)
	}
}

// endedReadAllocations are those of a Read behind its deadline, of an accepted
// connection, which is bound to a path.
func endedReadAllocations(t *testing.T, connect connPair) float64 {
	t.Helper()
	dialled, accepted, err := connect()
	must(t, err)
	closeLater(t, dialled)
	closeLater(t, accepted)
	must(t, accepted.SetReadDeadline(time.Unix(1, 0)))
	p := make([]byte, 1)
	return testing.AllocsPerRun(500, func() {
		if _, err := accepted.Read(p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want %v", err, os.ErrDeadlineExceeded)
		}
	})
}

func writeReadOnce(a, b *uds.SeqConn, out, in []byte) error {
	if _, err := a.Write(out); err != nil {
		return err
	}
	_, err := b.Read(in)
	return err
}

func sendRecvOnce(a, b *uds.SeqConn, out, in []byte) error {
	if err := a.Send(out); err != nil {
		return err
	}
	_, err := b.Recv(in)
	return err
}

// A call that has to wait allocates nothing either.
func TestWaitingAllocations(t *testing.T) {
	testutil.RequireOptimised(t)
	for _, face := range []string{"Write and Read", "Send and Recv"} {
		t.Run(face, func(t *testing.T) {
			a, b := seqPair(t)
			a.SetSpin(-1)
			b.SetSpin(-1)
			write, read := a.Send, b.Recv
			reply, answer := b.Send, a.Recv
			if face == "Write and Read" {
				write, read = func(p []byte) error { _, err := a.Write(p); return err }, b.Read
				reply, answer = func(p []byte) error { _, err := b.Write(p); return err }, a.Read
			}
			done := make(chan error, 1)
			go func() {
				p := make([]byte, 64)
				for {
					n, err := read(p)
					if err != nil {
						done <- nil
						return
					}
					if err := reply(p[:n]); err != nil {
						done <- err
						return
					}
				}
			}()
			out, in := make([]byte, 8), make([]byte, 64)
			got := testing.AllocsPerRun(500, func() {
				must(t, write(out))
				_, err := answer(in)
				must(t, err)
			})
			if got != 0 {
				t.Errorf("allocations of a round trip: got %v, want 0", got)
			}
			a.Close()
			must(t, <-done)
		})
	}
}
