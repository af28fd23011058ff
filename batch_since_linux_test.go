package uds

import (
	"context"
	"errors"
	"testing"
)

// A Cancel between the messages of a batch ends it at the next one, and nothing
// but what began before.
func TestCancelBetweenTheMessagesOfABatch(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	m := &Message{Buffers: [][]byte{[]byte("x")}}
	began := uint64(a.s.SendMark()) + 1
	if err := sendMsg(a, m, 0, began); err != nil {
		t.Errorf("before the Cancel: %v", err)
	}
	a.Cancel()
	if err := sendMsg(a, m, 0, began); !errors.Is(err, context.Canceled) || m.N != 0 {
		t.Errorf("after the Cancel: got %d bytes, %v, want %v", m.N, err, context.Canceled)
	}
	if n, err := a.SendBatch([]Message{*m, *m}); n != 2 || err != nil {
		t.Errorf("a batch that begins after the Cancel: got %d, %v, want 2", n, err)
	}
}

// That holds for the messages that go together without waiting, too.
func TestCancelBeforeTheRestOfABatch(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	x := Message{Buffers: [][]byte{[]byte("x")}}
	calls := 0
	n, err := sendBatch(a, []Message{x, x, x}, func(c *conn, ms []Message, began uint64) (int, error) {
		if calls++; calls == 1 {
			return 0, nil // the first message goes by itself
		}
		a.Cancel()
		return a.sendPlain(c, ms, began)
	})
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d, %v, want 1, %v", n, err, context.Canceled)
	}
}
