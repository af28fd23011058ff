package socket

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// Together the calls that wait for full receivers try no more often than a
// processor can afford, and they wake up together.
func TestRechecksOfManyCalls(t *testing.T) {
	const now = 123_456_789_012
	for _, n := range []int32{1, 2, 100, 101, 200, 201, 1000, 1 << 20} {
		first := nextRecheck(now, n)
		pause := nextRecheck(first, n) - first
		if tries := float64(n) * float64(time.Second) / float64(pause); pause < int64(recheck) || tries > 1000.01 {
			t.Errorf("%d calls: got a pause of %v, %.0f tries a second, want %v at least and 1000 tries at most", n, time.Duration(pause), tries, recheck)
		}
		if late := nextRecheck(first+int64(recheck)/3, n); late != first+pause {
			t.Errorf("%d calls: one that was woken late wakes at %v, want the others' %v", n, time.Duration(late), time.Duration(first+pause))
		}
		if ahead := first - now - pause; ahead < -int64(recheck)/2 || ahead > int64(recheck)/2 {
			t.Errorf("%d calls: the first pause is %v longer than the next, want half of %v at most", n, time.Duration(ahead), recheck)
		}
	}
	if first := nextRecheck(now, 100) - now; first > int64(3*recheck/2) {
		t.Errorf("of 100 calls: got a first pause of %v, want %v at most", time.Duration(first), 3*recheck/2)
	}
}

// They do so where they wait for one receiver, each from a socket of its own, where
// each waits for another, and where there are no descriptors to wait on.
func TestManyCallsThatWaitTrySeldom(t *testing.T) {
	for _, c := range []struct {
		name               string
		senders, receivers int
		helpers            bool
		first, perSecond   int // tries of a call before its pauses are long, and then of all
	}{
		{"one receiver", 500, 1, true, 2, 1000},
		{"a receiver each", 1, 300, true, 2, 1000},
		{"without helpers", 1, 300, false, 14, 4000},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tries atomic.Int32
			calls := c.senders * c.receivers
			defer waiting(t, c.senders, c.receivers, c.helpers, &tries)()
			testutil.Eventually(t, 20*time.Second, func() bool { return int(fullCalls.Load()) == calls && int(tries.Load()) >= c.first*calls }, "%d calls wait", calls)
			const window = 500 * time.Millisecond
			testutil.Eventually(t, 20*time.Second, func() bool { // the last calls may still be at their first pauses
				before, start := tries.Load(), time.Now()
				time.Sleep(window) // what is measured; longer on a busy machine
				got, took := int(tries.Load()-before), time.Since(start)
				return got <= calls+int(2*float64(c.perSecond)*took.Seconds())
			}, "%d calls try %d times a second at most, and each once more", calls, 2*c.perSecond)
		})
	}
}

// waiting makes so many sockets, from each of which a call waits for each of so many
// full receivers, with helpers or without the descriptors for them, until the
// returned function is called. All tries of the calls are counted.
func waiting(t *testing.T, senders, receivers int, helpers bool, tries *atomic.Int32) (stop func()) {
	t.Helper()
	to := make([]sys.Sockaddr, receivers)
	for i := range to {
		to[i] = fullReceiver(t)
	}
	from := make([]*Socket, senders)
	for i := range from {
		from[i] = newDgram(t)
	}
	restore := func() {}
	if !helpers {
		restore = testutil.LeaveDescriptors(0)
	}
	var calls sync.WaitGroup
	for _, s := range from {
		for i := range to {
			calls.Go(func() { waitFor(s, &to[i], tries) })
		}
	}
	return func() {
		for _, s := range from {
			s.Cancel()
		}
		calls.Wait()
		restore()
	}
}

// waitFor waits for a full receiver.
func waitFor(s *Socket, to *sys.Sockaddr, tries *atomic.Int32) {
	var t Turn
	if s.BeginSend(&t) != nil {
		return
	}
	defer t.End()
	_ = t.runTo("sendto", refusedOp{tries}, to, 0)
}

// refusedOp finds no room, ever.
type refusedOp struct{ tries *atomic.Int32 }

func (o refusedOp) try(*Socket) sys.Errno {
	o.tries.Add(1)
	return sys.EAGAIN
}

// fullReceiver returns the name of a datagram socket that takes no more.
func fullReceiver(t *testing.T) sys.Sockaddr {
	t.Helper()
	s := newDgram(t)
	any, err := Unix("")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(any); err != nil {
		t.Fatal(err)
	}
	to, err := s.Sockname()
	for err == nil {
		_, err = s.SendTo([]byte("fill"), MsgDontwait, to)
	}
	if err != ErrWouldBlock {
		t.Fatal(err)
	}
	return to.raw
}

func newDgram(t *testing.T) *Socket {
	t.Helper()
	s, err := New(AFUnix, SockDgram, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
