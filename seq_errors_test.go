//go:build linux

package uds_test

import (
	"net"
	"syscall"
	"testing"

	"example.com/uds"
)

func init() {
	errorSubjects = append(errorSubjects,
		errorSubject{"closed SeqConn", func(t testing.TB) any {
			a, _ := seqPair(t)
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn that waited before", func(t testing.TB) any {
			a, _ := seqPair(t)
			done := make(chan error, 1)
			go func() { done <- blockedRecv(a) }()
			parked(t, 1, ".blockedRecv(")
			must(t, a.Close())
			isErr(t, "Recv", <-done, net.ErrClosed)
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn with a deadline in the past", func(t testing.TB) any {
			a, _ := seqPair(t)
			must(t, a.SetDeadline(past))
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn that had a tail", func(t testing.TB) any {
			a, _ := withTail(t)
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"detached SeqConn", func(t testing.TB) any {
			a, _ := seqPair(t)
			f, err := a.Detach()
			must(t, err)
			must(t, f.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed DgramConn", func(t testing.TB) any {
			a, b, err := uds.DgramPair()
			must(t, err)
			must(t, a.Close())
			must(t, b.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed bound DgramConn", func(t testing.TB) any {
			c, err := uds.ListenDgram(abstractName())
			must(t, err)
			must(t, c.Close())
			return c
		}, net.ErrClosed},
		errorSubject{"closed SeqListener", func(t testing.TB) any {
			l := seqListener(t, abstractName())
			must(t, l.Close())
			return l
		}, net.ErrClosed},
	)
}

// A RawConn that outlives its connection.
func TestRawConnAfterClose(t *testing.T) {
	a, _ := seqPair(t)
	l := seqListener(t, abstractName())
	ra, err := a.SyscallConn()
	must(t, err)
	rl, err := l.SyscallConn()
	must(t, err)
	must(t, a.Close())
	must(t, l.Close())
	done := func(uintptr) bool { return true }
	wantError(t, "Control", ra.Control(func(uintptr) {}), net.ErrClosed)
	wantError(t, "Read", ra.Read(done), net.ErrClosed)
	wantError(t, "Write", ra.Write(done), net.ErrClosed)
	wantError(t, "Control of a listener", rl.Control(func(uintptr) {}), net.ErrClosed)
	wantError(t, "Read of a listener", rl.Read(done), net.ErrClosed)
}

// Every error that the scenarios of the other tests produce is nested alike.
func TestNestingOfWhatCallsReport(t *testing.T) {
	for _, b := range blocking {
		for _, e := range enders {
			if endOf(e.read, e.write, b.sends) == nil {
				continue
			}
			c, peer := seqPair(t)
			if b.sends {
				fillQueue(t, c)
			}
			done := make(chan error, 1)
			go func() { done <- b.call(c) }()
			parked(t, 1, "TestNestingOf")
			e.end(c, peer)
			if bad := checkNesting(<-done); bad != nil {
				t.Errorf("%s, %s: %v", b.name, e.name, bad)
			}
		}
		if c := resetPair(t); !b.sends {
			if bad := checkNesting(b.call(c)); bad != nil {
				t.Errorf("%s, reset: %v", b.name, bad)
			}
			wantError(t, "TakeError", resetPair(t).TakeError(), syscall.ECONNRESET)
		}
	}
}
