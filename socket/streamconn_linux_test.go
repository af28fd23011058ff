package socket_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"example.com/uds/socket"
)

// written is what a Write returned.
type written struct {
	n   int
	err error
}

// A Write sends all of what the kernel takes in many parts.
func TestStreamConnWritesAll(t *testing.T) {
	client, server := connected(t, socket.AFUnix, socket.SockStream)
	w, r := client.StreamConn(), server.StreamConn()
	w.SetDeadline(time.Now().Add(safetyNet))
	r.SetDeadline(time.Now().Add(safetyNet))
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<20/16)
	done := make(chan written, 1)
	go func() {
		n, err := w.Write(want)
		client.Shutdown(socket.ShutWrite)
		done <- written{n, err}
	}()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(want))
	}
	if wrote := within(t, done); wrote.n != len(want) || wrote.err != nil {
		t.Errorf("Write: got %d, %v, want %d", wrote.n, wrote.err, len(want))
	}
}

// A Write that ends before says how much of p was sent.
func TestStreamConnSaysHowMuchItSent(t *testing.T) {
	client, server := connected(t, socket.AFUnix, socket.SockStream)
	w, r := client.StreamConn(), server.StreamConn()
	p := make([]byte, 1<<20)
	done := make(chan written, 1)
	go func() {
		n, err := w.Write(p)
		done <- written{n, err}
	}()
	waitParked(t, client)
	client.Cancel()
	wrote := within(t, done)
	if wrote.n == 0 || wrote.n == len(p) || !errors.Is(wrote.err, context.Canceled) {
		t.Errorf("got %d, %v, want a part and context.Canceled", wrote.n, wrote.err)
	}
	client.Close()
	if got, err := io.ReadAll(r); len(got) != wrote.n || err != nil {
		t.Errorf("the peer got %d bytes, %v, want %d", len(got), err, wrote.n)
	}
}

// A Read into nothing is not the end, and waits for nothing.
func TestStreamConnReadIntoNothing(t *testing.T) {
	client, server := connected(t, socket.AFUnix, socket.SockStream)
	w, r := client.StreamConn(), server.StreamConn()
	r.SetReadDeadline(time.Now().Add(safetyNet))
	for range 2 {
		if n, err := r.Read(nil); n != 0 || err != nil {
			t.Errorf("got %d, %v, want 0, nil", n, err)
		}
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
}
