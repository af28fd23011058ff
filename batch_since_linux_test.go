package uds

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/socket"
)

// A Cancel between the messages of a batch ends it at the next one, and nothing
// but what began before.
func TestCancelBetweenTheMessagesOfABatch(t *testing.T) {
	a, _ := own(t, SeqPair)
	m := &Message{Buffers: [][]byte{[]byte("x")}}
	began := a.s.SendBegan()
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
	a, _ := own(t, SeqPair)
	x := Message{Buffers: [][]byte{[]byte("x")}}
	calls := 0
	n, err := sendBatch(a, []Message{x, x, x}, func(ms []Message, began socket.Began) (int, error) {
		if calls++; calls == 1 {
			return 0, nil // the first message goes by itself
		}
		a.Cancel()
		return a.sendPlain(ms, began)
	})
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d, %v, want 1, %v", n, err, context.Canceled)
	}
}

// The timeout of a batch counts from its start, and not from that of each message.
func TestTimeoutOfABatchIsOne(t *testing.T) {
	a, _ := own(t, SeqPair)
	const timeout = 300 * time.Millisecond
	if err := a.SetWriteTimeout(timeout); err != nil {
		t.Fatal(err)
	}
	x := Message{Buffers: [][]byte{[]byte("x")}}
	calls := 0
	n, err := sendBatch(a, []Message{x, x, x}, func([]Message, socket.Began) (int, error) {
		if calls++; calls == 2 {
			time.Sleep(timeout) // nothing tells that a timeout has passed: it is the time itself
		}
		return 0, nil
	})
	if n != 1 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d, %v, want 1, %v", n, err, os.ErrDeadlineExceeded)
	}
	if n, err := a.SendBatch([]Message{x, x}); n != 2 || err != nil {
		t.Errorf("the next batch: got %d, %v, want 2", n, err)
	}
}

// It also bounds the wait for another caller's turn.
func TestTimeoutOfABatchInTheTurnsQueue(t *testing.T) {
	a, _ := own(t, SeqPair)
	var turn socket.Turn
	if err := a.s.BeginSend(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	if err := a.SetWriteTimeout(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	x := Message{Buffers: [][]byte{[]byte("x")}}
	if n, err := a.SendBatch([]Message{x, x}); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d, %v, want 0, %v", n, err, os.ErrDeadlineExceeded)
	}
}
