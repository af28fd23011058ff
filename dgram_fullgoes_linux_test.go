package uds_test

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
)

func TestDgramFullReceiverGoes(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	if err := receiver.Close(); err != nil {
		t.Fatal(err)
	}
	err := wantDone(t, done)
	if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ECONNREFUSED or ENOENT", err)
	}
}

// The receiver restarts at the same path while the send waits: the send fails
// between the two or reaches the new one.
func TestDgramFullReceiverRestarts(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	receiver.Close()
	successor, err := uds.ListenDgram(to.String())
	successor = ownDgram(t, successor, err)
	err = wantDone(t, done)
	switch {
	case err == nil:
		if got := recvString(t, successor); got != "x" {
			t.Errorf("got %q, want %q", got, "x")
		}
	case !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist):
		t.Errorf("got %v, want ECONNREFUSED or ENOENT", err)
	}
}

// A new socket takes the path while the old one, still full, lives on. No event
// tells.
func TestDgramFullReceiverReplaced(t *testing.T) {
	sender, receiver, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	if err := os.Rename(to.Path(), to.Path()+".old"); err != nil {
		t.Fatal(err)
	}
	successor, err := uds.ListenDgram(to.String())
	successor = ownDgram(t, successor, err)
	if err := wantDone(t, done); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	} else if err == nil {
		if got := recvString(t, successor); got != "x" {
			t.Errorf("got %q, want %q", got, "x")
		}
	}
	recvString(t, receiver)
}

// The successor is full as well: the helper has to follow.
func TestDgramFullReceiverReplacedByAFullOne(t *testing.T) {
	sender, _, to, _ := fullReceiver(t)
	done := blockedWriteTo(t, sender, "x", to)
	next, err := uds.ListenDgram(to.String() + ".new")
	next = ownDgram(t, next, err)
	n := fill(t, newDgram(t), addrOf(t, next), []byte("fill"))
	if err := os.Rename(to.Path()+".new", to.Path()); err != nil {
		t.Fatal(err)
	}
	for range n {
		recvString(t, next)
	}
	if err := wantDone(t, done); err != nil {
		t.Fatal(err)
	}
	if got := recvString(t, next); got != "x" {
		t.Errorf("got %q, want %q", got, "x")
	}
}
