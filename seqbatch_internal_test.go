package uds

import (
	"runtime"
	"testing"
)

// A batch that waits again and again prepares a part of it each time, and not all
// that is left.
func TestBatchIsPreparedInParts(t *testing.T) {
	a, _ := own(t, SeqPair)
	n, err := a.sendPlain(make([]Message, 4*maxPlain), a.s.SendBegan())
	if n == 0 || n > maxPlain || err != nil {
		t.Errorf("got %d, %v, want at most %d and no error", n, err, maxPlain)
	}
}

// Memory for what may come is that of the messages which one call can receive,
// however many there is room for.
func TestRoomOfABatchIsBounded(t *testing.T) {
	a, b := own(t, SeqPair)
	b.keeping().expect.share() // a security label may come with each
	ms := make([]Message, 8*maxQueued)
	for i := range ms {
		ms[i].OOB = &OOB{MaxFiles: 1}
	}
	for range 2 {
		if err := a.Send(nil); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := b.RecvBatch(ms)
	runtime.ReadMemStats(&after)
	if n != 2 || err != nil {
		t.Fatalf("got %d, %v, want 2 messages", n, err)
	}
	most := uint64(2 * maxQueued * controlRoom(expectAll, 1))
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("got %d bytes allocated, want at most %d", got, most)
	}
}
