package uds_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// blockedWriteTo starts a send to a full receiver, waits until it has its helper,
// and returns where its error comes.
func blockedWriteTo(t testing.TB, c *uds.DgramConn, s string, to uds.Addr) <-chan error {
	t.Helper()
	before := testutil.FDCount(t)
	done := make(chan error, 1)
	go func() {
		_, err := c.WriteToAddr([]byte(s), to)
		done <- err
	}()
	// A call that waits has no other signal than the helper's descriptor.
	testutil.Eventually(t, safety, func() bool { return testutil.FDCount(t) > before }, "the send has a helper")
	return done
}

// fullReceiver returns a sender and a receiver whose queue is full. The sender
// has waited, so that what is counted later is what one more wait costs.
func fullReceiver(t testing.TB) (sender, receiver *uds.DgramConn, to uds.Addr, queued int) {
	t.Helper()
	receiver, sender = listenDgram(t), newDgram(t)
	to = addrOf(t, receiver)
	queued = fill(t, sender, to, []byte("fill"))
	return sender, receiver, to, queued
}

// Room in the receiver's queue wakes the send. One that has to find it by looking
// around takes recheck, 50 ms at least, from its beginning.
func TestDgramFullReceiverWakesTheSender(t *testing.T) {
	const recheck = 50 * time.Millisecond
	sender, receiver, to, _ := fullReceiver(t)
	testutil.AtMost(t, recheck-1, func() time.Duration {
		begun := time.Now()
		done := blockedWriteTo(t, sender, "more", to)
		parked(t, 1, "(*fullFront).wait")
		recvString(t, receiver)
		if err := wantDone(t, done); err != nil {
			t.Fatal(err)
		}
		return time.Since(begun)
	}, "a send that waits for the first room")
}

func TestDgramFullReceiverKeepsOrder(t *testing.T) {
	receiver, sender := listenDgram(t), newDgram(t)
	to := addrOf(t, receiver)
	const count = 2000
	sent := make(chan error, 1)
	go func() {
		for i := range count {
			if _, err := sender.WriteToAddr(fmt.Append(nil, i), to); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range count {
		if got, want := recvString(t, receiver), fmt.Sprint(i); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestDgramFullReceiverDoesNotHoldUpOthers(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	other := listenDgram(t)
	done := blockedWriteTo(t, sender, "x", to)
	sendString(t, sender, "passes", addrOf(t, other))
	if got := recvString(t, other); got != "passes" {
		t.Errorf("got %q, want %q", got, "passes")
	}
	sender.Cancel()
	if err := wantDone(t, done); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
