package uds_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestDgramFullReceiverInterrupted(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(c *uds.DgramConn) error
		want error
	}{
		{"Cancel", func(c *uds.DgramConn) error { c.Cancel(); return nil }, context.Canceled},
		{"Close", (*uds.DgramConn).Close, net.ErrClosed},
		{"Detach", func(c *uds.DgramConn) error {
			f, err := c.Detach()
			if err == nil {
				err = f.Close()
			}
			return err
		}, net.ErrClosed},
		{"deadline in the past", func(c *uds.DgramConn) error { return c.SetWriteDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"deadline to come", func(c *uds.DgramConn) error { return c.SetWriteDeadline(time.Now().Add(30 * time.Millisecond)) }, os.ErrDeadlineExceeded},
		{"CloseWrite", (*uds.DgramConn).CloseWrite, syscall.EPIPE},
	} {
		t.Run(c.name, func(t *testing.T) {
			sender, _, to, _ := fullReceiver(t)
			front := blockedWriteTo(t, sender, "front", to)
			const more = 3
			behind := make(chan error, more)
			for range more {
				go func() {
					_, err := sender.WriteToAddr([]byte("behind"), to)
					behind <- err
				}()
			}
			if err := c.do(sender); err != nil {
				t.Fatal(err)
			}
			if err := wantDone(t, front); !errors.Is(err, c.want) {
				t.Errorf("the front one: got %v, want %v", err, c.want)
			}
			if c.want == context.Canceled {
				sender.Close() // Some may have begun after Cancel.
			}
			for range more {
				if err := wantDone(t, behind); !errors.Is(err, c.want) && !errors.Is(err, net.ErrClosed) {
					t.Errorf("one behind it: got %v, want %v", err, c.want)
				}
			}
		})
	}
}

func TestDgramFullReceiverTimeout(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	if err := sender.SetWriteTimeout(30 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 4)
	start := time.Now()
	for range cap(errs) {
		go func() {
			_, err := sender.WriteToAddr([]byte("x"), to)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := wantDone(t, errs); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
		}
	}
	if got := time.Since(start); got < 30*time.Millisecond {
		t.Errorf("they took %v, want 30ms at least", got)
	}
}

func TestDgramFullReceiverExtendedDeadline(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedUntilExtended(t, sender, to)
	select {
	case err := <-done:
		t.Fatalf("got %v although the deadline was taken back", err)
	case <-time.After(50 * time.Millisecond): // what is measured
	}
	recvString(t, receiver)
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
}

// blockedUntilExtended blocks a send that has a deadline and takes that back before it
// passes, which takes more than one try on a busy machine. It returns when the
// deadline would have passed.
func blockedUntilExtended(t *testing.T, sender *uds.DgramConn, to uds.Addr) <-chan error {
	t.Helper()
	for ahead := 50 * time.Millisecond; ahead < safety; ahead *= 2 {
		before, end := testutil.FDCount(t), time.Now().Add(ahead)
		must(t, sender.SetWriteDeadline(end))
		done := make(chan error, 1)
		go func() { _, err := sender.WriteToAddr([]byte("x"), to); done <- err }()
		testutil.Eventually(t, safety, func() bool { return testutil.FDCount(t) > before || len(done) > 0 }, "the send waits")
		must(t, sender.SetWriteDeadline(time.Time{}))
		if time.Now().Before(end) {
			time.Sleep(time.Until(end)) // what is measured
			return done
		}
		sender.Cancel()
		if err := wantDone(t, done); !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want %v or %v", err, os.ErrDeadlineExceeded, context.Canceled)
		}
	}
	t.Fatalf("no deadline was taken back in time")
	return nil
}
