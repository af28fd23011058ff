package uds_test

import (
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

func TestDgramFullReceiverCostsNothing(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver, to, queued := fullReceiver(t)
	fds := testutil.FDCount(t)
	done := blockedWriteTo(t, sender, "last", to)
	if got := testutil.FDCount(t); got > fds+1 {
		t.Errorf("while blocked: got %d descriptors more, want at most 1", got-fds)
	}
	blockedCostsAtMost(t, done, 30, naps)
	if got := recvString(t, receiver); got != "fill" {
		t.Errorf("got %q, want %q", got, "fill")
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	for range queued - 1 {
		recvString(t, receiver)
	}
	if got := recvString(t, receiver); got != "last" {
		t.Errorf("got %q, want %q", got, "last")
	}
	if got := testutil.FDCount(t); got != fds {
		t.Errorf("after: got %d descriptors, want %d", got, fds)
	}
}

// blockedWait is for how long the cost of a blocked send is measured.
const blockedWait = 300 * time.Millisecond

// blockedCostsAtMost fails t if a blocked send is done, or costs more than that
// part of a CPU and than naps, measured before the send: wake-ups are dear on an
// emulated processor.
func blockedCostsAtMost(t *testing.T, done <-chan error, part, naps time.Duration) {
	t.Helper()
	testutil.AtMost(t, max(blockedWait/part, naps), func() time.Duration {
		return testutil.CPUOf(func() {
			select {
			case err := <-done:
				t.Fatalf("the send ended: %v", err)
			case <-time.After(blockedWait): // what is measured
			}
		})
	}, "CPU time of %v of a blocked send", blockedWait)
}

// napsCPU is what it costs to wake up every millisecond for so long.
func napsCPU(d time.Duration) time.Duration {
	return testutil.CPUOf(func() {
		for end := time.Now().Add(d); time.Now().Before(end); {
			time.Sleep(time.Millisecond) // what is measured
		}
	})
}

// A receiver that is connected to the sender takes as much as the sender's own
// buffer holds, and no helper can connect to it.
func TestDgramFullReceiverConnectedToSender(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver := listenDgram(t), listenDgram(t)
	if err := receiver.Connect(addrOf(t, sender)); err != nil {
		t.Fatal(err)
	}
	to := addrOf(t, receiver)
	big := make([]byte, 16000)
	n := fill(t, sender, to, big)
	done := make(chan error, 1)
	go func() {
		_, err := sender.WriteToAddr([]byte("last"), to)
		done <- err
	}()
	blockedCostsAtMost(t, done, 30, naps)
	for range n {
		recvString(t, receiver)
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	if got := recvString(t, receiver); got != "last" {
		t.Errorf("got %q, want %q", got, "last")
	}
}

// The sender's own buffer is full before the receiver's queue is.
func TestDgramOwnBufferFull(t *testing.T) {
	receiver, sender := listenDgram(t), newDgram(t)
	to := addrOf(t, receiver)
	big := make([]byte, 60_000)
	if n := fill(t, sender, to, big); n > 8 {
		t.Fatalf("got %d datagrams queued, want so few that the sender's buffer was the limit", n)
	}
	const count = 300
	sent := make(chan error, 1)
	go func() {
		for range count {
			if _, err := sender.WriteToAddr(big, to); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for range count {
		if n := len(recvString(t, receiver)); n != len(big) {
			t.Fatalf("got %d bytes, want %d", n, len(big))
		}
	}
	if err := wantDone(t, sent); err != nil {
		t.Fatal(err)
	}
}

// Without a descriptor for a helper a send waits all the same.
func TestDgramFullReceiverWithoutDescriptors(t *testing.T) {
	naps := napsCPU(blockedWait)
	sender, receiver, to, _ := fullReceiver(t)
	restore := testutil.LeaveDescriptors(0)
	t.Cleanup(restore)
	done := make(chan error, 1)
	go func() {
		_, err := sender.WriteToAddr([]byte("x"), to)
		done <- err
	}()
	blockedCostsAtMost(t, done, 10, naps) // it looks around
	recvString(t, receiver)
	err := wantDone(t, done)
	restore()
	if err != nil {
		t.Fatal(err)
	}
}
