//go:build linux

package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

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
	done := make(chan error, 1)
	for wait := 40 * time.Millisecond; ; wait *= 2 {
		must(t, b.SetReadDeadline(time.Now().Add(wait)))
		go func() { done <- blockedRecv(b) }()
		testutil.Eventually(t, safety, func() bool { return waiting(".blockedRecv(") == 1 || len(done) == 1 }, "a Recv that waits")
		b.Cancel()
		err := <-done
		if errors.Is(err, os.ErrDeadlineExceeded) && wait < safety {
			continue // The deadline came first: the machine is slow.
		}
		isErr(t, "Recv", err, context.Canceled)
		isErr(t, "Recv", blockedRecv(b), os.ErrDeadlineExceeded)
		return
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

// Cancel and Close end a ReadFrom whose reader goes on to return nothing, without an
// error.
func TestReadFromEndsBetweenEmptyReads(t *testing.T) {
	for _, e := range []struct {
		name string
		end  func(*uds.SeqConn)
		want error
	}{
		{"Cancel", (*uds.SeqConn).Cancel, context.Canceled},
		{"Close", func(c *uds.SeqConn) { c.Close() }, net.ErrClosed},
	} {
		t.Run(e.name, func(t *testing.T) {
			a, _ := seqPair(t)
			reads := 0
			_, err := a.ReadFrom(seqReaderFunc(func([]byte) (int, error) {
				if reads++; reads > 1 {
					return 0, errors.New("another read")
				}
				e.end(a)
				return 0, nil
			}))
			wantError(t, "ReadFrom", err, e.want)
		})
	}
}

// Cancel ends a ReadFrom that began before it, also when it comes while the
// reader is read, and no later call.
func TestCancelEndsReadFromBetweenMessages(t *testing.T) {
	a, b := seqPair(t)
	reads := 0
	n, err := a.ReadFrom(seqReaderFunc(func(p []byte) (int, error) {
		if reads++; reads == 2 {
			a.Cancel()
		}
		if reads > 2 {
			return 0, io.EOF
		}
		return copy(p, "x"), nil
	}))
	if n != 1 {
		t.Errorf("ReadFrom: got %d bytes, want 1", n)
	}
	wantError(t, "ReadFrom", err, context.Canceled)
	must(t, a.Send([]byte("later")))
	wantRecvs(t, b, `"x"`, `"later"`)
}

// So do Cancel and Close where nothing is left to send when the reader returns.
func TestReadFromEndsThoughNothingIsLeft(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(c *uds.SeqConn)
		want error
	}{
		{"Cancel", func(c *uds.SeqConn) { c.Cancel() }, context.Canceled},
		{"Close", func(c *uds.SeqConn) { c.Close() }, net.ErrClosed},
	} {
		a, _ := seqPair(t)
		n, err := a.ReadFrom(seqReaderFunc(func(p []byte) (int, error) {
			c.end(a)
			return 0, io.EOF
		}))
		if n != 0 {
			t.Errorf("%s: got %d bytes, want none", c.name, n)
		}
		wantError(t, c.name, err, c.want)
	}
}

type seqReaderFunc func(p []byte) (int, error)

func (f seqReaderFunc) Read(p []byte) (int, error) { return f(p) }
