package uds

import (
	"runtime"
	"testing"

	"example.com/uds/socket"
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

// A Read may leave a tail between the first message of a batch and the others, which
// come behind it.
func TestBatchTakesNothingFromBehindATail(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	for _, m := range []string{"tail", "next"} {
		if err := a.Send([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	ms := []socket.Msg{{Buffer: make([]byte, 8)}}
	if n, err := b.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("Read: got %d, %v, want 1", n, err)
	}
	if n := b.more(ms); n != 0 {
		t.Errorf("with a tail: got %d more, want none", n)
	}
	if n, err := b.Read(make([]byte, 8)); n != 3 || err != nil {
		t.Fatalf("Read of the tail: got %d, %v, want 3", n, err)
	}
	if n := b.more(ms); n != 1 || ms[0].N != 4 {
		t.Errorf("without one: got %d more, of %d bytes, want 1 of 4", n, ms[0].N)
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
