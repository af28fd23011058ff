package socket_test

import (
	"testing"

	"example.com/uds/socket"
)

// A RecvWhole that the poller repeats, as it does once the socket is shut down for
// receiving, makes a Rest where it was given none, and names none where it was given one.
func TestRecvWholeRepeatedMakesOneRest(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	a.SetSpin(-1)
	if err := waitInVain(a); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		sendOne(t, b)
	}
	if err := a.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	if !socket.Cold(a) {
		t.Fatal("the next receive makes its first try by itself")
	}
	err := inTurn(a, func(turn *socket.Turn) error {
		p := make([]byte, 2)
		n, made, err := turn.RecvWhole(p, nil)
		if n != 1 || made == nil || err != nil {
			t.Errorf("without a Rest: got %d bytes, Rest %v, %v, want 1 and one", n, made, err)
		}
		n, another, err := turn.RecvWhole(p, made)
		if n != 1 || another != nil || err != nil {
			t.Errorf("with a Rest: got %d bytes, Rest %v, %v, want 1 and none", n, another, err)
		}
		n, another, err = turn.RecvWhole(p, made)
		if n != 0 || another != nil || err != nil {
			t.Errorf("at the end: got %d bytes, Rest %v, %v, want 0 and none", n, another, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
