//go:build linux

package uds

import (
	"io"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// A reset that comes between a receive of nothing and the look whether that was the
// end is for the next receive.
func TestLookForTheEndMeetsTheReset(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if err := a.Send([]byte("unread")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var turn socket.Turn
	if err := a.s.BeginRecv(&turn); err != nil {
		t.Fatal(err)
	}
	err = a.ended(&turn)
	turn.End()
	if err != nil {
		t.Errorf("got %v, want another receive", err)
	}
	if _, err := a.Read(make([]byte, 1)); !isErrno(err, sys.ECONNRESET) {
		t.Errorf("Read: got %v, want ECONNRESET", err)
	}
	if _, err := a.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("second Read: got %v, want io.EOF", err)
	}
}
