//go:build linux

package uds

import (
	"context"
	"errors"
	"testing"

	"example.com/uds/socket"
)

// A peer that sends empty messages faster than they are read keeps no Read from
// what ends it: between two of them it looks.
func TestReadLooksBetweenEmptyMessages(t *testing.T) {
	a, b := own(t, SeqPair)
	var turn socket.Turn
	if err := a.s.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	for range 2 {
		if err := b.Send(nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := turn.RecvWhole(make([]byte, 1), a.rest()); err != nil {
		t.Fatal(err)
	}
	if err := a.nothing(&turn, nil); err != nil {
		t.Errorf("after an empty message: got %v, want none", err)
	}
	a.Cancel()
	if err := a.nothing(&turn, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after a Cancel: got %v, want %v", err, context.Canceled)
	}
}
