//go:build linux

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

func TestBacklogIsWhatWasAskedFor(t *testing.T) {
	name := abstractName()
	l, err := (&uds.ListenConfig{Backlog: 3}).ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	const want = 4 // The kernel queues one more than the backlog.
	n := 0
	for timeout := 20 * time.Millisecond; timeout < safety && n < 100; {
		c, err := (&uds.Dialer{Timeout: timeout}).DialSeq(t.Context(), name)
		if err == nil {
			defer c.Close()
			n++
			continue
		}
		isErr(t, "DialSeq", err, os.ErrDeadlineExceeded)
		if n >= want {
			break
		}
		timeout *= 2 // A busy machine lets a dial time out that had room.
	}
	if n != want {
		t.Errorf("connections before a dial waits: got %d, want %d", n, want)
	}
}

// fullListener is a listener whose backlog is full.
func fullListener(t testing.TB) (l *uds.SeqListener, address string) {
	t.Helper()
	address = abstractName()
	l = listenShort(t, address)
	c, err := uds.DialSeq(address)
	must(t, err)
	closeLater(t, c)
	return l, address
}

func TestDialWaitsForTheBacklog(t *testing.T) {
	l, address := fullListener(t)
	done := waitingDials(t, address, 1)
	for range 2 {
		c, err := l.Accept()
		must(t, err)
		must(t, c.Close())
	}
	must(t, <-done)
}

// waitingDials is n dials that wait for room in the backlog, and their results.
func waitingDials(t testing.TB, address string, n int) <-chan error {
	t.Helper()
	results := make(chan error, n)
	for range n {
		go func() {
			c, err := (&uds.Dialer{Timeout: safety}).DialSeq(context.Background(), address)
			if err == nil {
				err = c.Close()
			}
			results <- err
		}()
	}
	inLine(t, n)
	return results
}

// All of many dials get through the smallest backlog.
func TestManyDialsWaitForTheBacklog(t *testing.T) {
	const dials = 100
	l, address := fullListener(t)
	results := waitingDials(t, address, dials)
	for range dials + 1 {
		c, err := l.Accept()
		must(t, err)
		must(t, c.Close())
	}
	for range dials {
		must(t, <-results)
	}
}

// The dials that wait learn that the listener has gone.
func TestDialOnAFullBacklogOfAListenerThatCloses(t *testing.T) {
	const dials = 5
	l, address := fullListener(t)
	results := waitingDials(t, address, dials)
	must(t, l.Close())
	for range dials {
		wantError(t, "DialSeq", <-results, syscall.ECONNREFUSED, address)
	}
}

func TestDialOnAFullBacklogEnds(t *testing.T) {
	l, address := fullListener(t)
	cause := map[string]struct {
		dial func(ctx context.Context) error
		want error
	}{
		"timeout": {func(ctx context.Context) error {
			_, err := (&uds.Dialer{Timeout: 10 * time.Millisecond}).DialSeq(ctx, address)
			return err
		}, os.ErrDeadlineExceeded},
		"deadline of the context": {func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
			defer cancel()
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, os.ErrDeadlineExceeded},
		"context": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(10*time.Millisecond, cancel)
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, context.Canceled},
		"context that has ended": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, context.Canceled},
	}
	for name, c := range cause {
		err := c.dial(t.Context())
		isErr(t, name, err, c.want)
		var ne net.Error
		if !errors.As(err, &ne) || ne.Timeout() != (c.want == os.ErrDeadlineExceeded) {
			t.Errorf("%s: Timeout: got %v, want %t", name, err, c.want == os.ErrDeadlineExceeded)
		}
	}
	// A listener that goes away ends the dial too.
	done := make(chan error)
	go func() {
		_, err := uds.DialSeq(address)
		done <- err
	}()
	inLine(t, 1)
	must(t, l.Close())
	isErr(t, "closed listener", <-done, syscall.ECONNREFUSED)
}

// A dial that waits costs next to nothing of a CPU: no more than naps, where those
// are dear.
func TestDialOnAFullBacklogSleeps(t *testing.T) {
	_, address := fullListener(t)
	const wait = 300 * time.Millisecond
	testutil.AtMost(t, max(wait/10, napsCPU(wait)), func() time.Duration {
		return testutil.CPUOf(func() {
			_, err := (&uds.Dialer{Timeout: wait}).DialSeq(t.Context(), address)
			isErr(t, "DialSeq", err, os.ErrDeadlineExceeded)
		})
	}, "CPU time of %v of waiting", wait)
}
