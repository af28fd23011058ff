package uds_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Options.Spin reaches the socket by every way that options have: a receive that
// has to wait spins, and does not park.
func TestSpinOfEveryWayToSetIt(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("needs two processors: one never spins")
	}
	o := uds.Options{Spin: time.Hour}
	for name, make := range map[string]func(t *testing.T) msgConn{
		"SetOptions": func(t *testing.T) msgConn {
			c, _ := seqPair(t)
			must(t, c.SetOptions(o))
			return c
		},
		"SetSpin of a datagram connection": func(t *testing.T) msgConn {
			c := newDgram(t)
			c.SetSpin(o.Spin)
			return c
		},
		"Dialer.DialSeq": func(t *testing.T) msgConn {
			name := abstractName()
			seqListener(t, name)
			c, err := (&uds.Dialer{Options: o}).DialSeq(t.Context(), name)
			must(t, err)
			closeLater(t, c)
			return c
		},
		"Dialer.DialDgram": func(t *testing.T) msgConn {
			c, err := (&uds.Dialer{Options: o}).DialDgram(t.Context(), addrOf(t, listenDgram(t)).String())
			return ownDgram(t, c, err)
		},
		"ListenConfig.ListenSeq": func(t *testing.T) msgConn {
			name := abstractName()
			l, err := (&uds.ListenConfig{Options: o}).ListenSeq(t.Context(), name)
			must(t, err)
			closeLater(t, l)
			client, err := uds.DialSeq(name)
			must(t, err)
			closeLater(t, client)
			c, err := l.AcceptSeq()
			must(t, err)
			closeLater(t, c)
			return c
		},
		"ListenConfig.ListenDgram": func(t *testing.T) msgConn {
			c, err := (&uds.ListenConfig{Options: o}).ListenDgram(t.Context(), "")
			return ownDgram(t, c, err)
		},
	} {
		t.Run(name, func(t *testing.T) { spinsAndNeverParks(t, make(t)) })
	}
}

// spinsAndNeverParks fails t if a receive from c parks.
func spinsAndNeverParks(t *testing.T, c msgConn) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := c.Recv(make([]byte, 1))
		done <- err
	}()
	const where = "Conn).Recv("
	testutil.Eventually(t, safety, func() bool { return goroutinesIn("", where) > 0 }, "a receive")
	for range 100 {
		if waiting(where) > 0 {
			t.Error("the receive parks")
			break
		}
	}
	c.(interface{ Cancel() }).Cancel()
	isErr(t, "cancelled receive", <-done, context.Canceled)
}
