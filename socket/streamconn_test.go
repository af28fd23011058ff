//go:build unix

package socket_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"example.com/uds/socket"
)

// streamPair returns two connections with each other, of which the first has a
// send buffer of a few KiB.
func streamPair(t *testing.T) (small, other *socket.Socket) {
	t.Helper()
	a, b := pair(t, socket.AFUnix, socket.SockStream)
	if err := b.SetReadDeadline(time.Now().Add(safetyNet)); err != nil {
		t.Fatal(err)
	}
	if err := a.SetWriteBuffer(1); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// A send on a stream takes what there is room for; a Write takes all.
func TestStreamConnWritesAll(t *testing.T) {
	a, b := streamPair(t)
	want := bytes.Repeat([]byte("0123456789"), 100_000)
	sent := start(func() error {
		c := a.StreamConn()
		n, err := c.Write(want)
		if n != len(want) {
			t.Errorf("got %d bytes sent, want %d", n, len(want))
		}
		c.Close()
		return err
	})
	got, err := io.ReadAll(b.StreamConn())
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want the %d sent", len(got), err, len(want))
	}
	if err := within(t, sent); err != nil {
		t.Error(err)
	}
}

// A Write that fails says how much it sent.
func TestStreamConnSaysHowMuchItSent(t *testing.T) {
	a, b := streamPair(t)
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := a.StreamConn().Write(make([]byte, 1<<20))
		done <- result{n, err}
	}()
	received := 0
	p := make([]byte, 4096)
	for received < 100_000 { // more than a fits into the buffer: it is in the loop by now
		n, err := b.Recv(p, 0)
		if err != nil {
			t.Fatal(err)
		}
		received += n
	}
	a.Cancel()
	r := <-done
	if r.err == nil {
		t.Fatal("got no error of a Write that was cancelled, want one")
	}
	a.Close()
	rest, err := io.ReadAll(b.StreamConn())
	if err != nil || received+len(rest) != r.n {
		t.Errorf("got %d bytes, %v, want the %d that Write says it sent", received+len(rest), err, r.n)
	}
}

// A Read of nothing is neither the end nor a wait.
func TestStreamConnReadsNothing(t *testing.T) {
	a, b := streamPair(t)
	if _, err := a.Send([]byte("x"), 0); err != nil { // else a receive of nothing waits
		t.Fatal(err)
	}
	c := b.StreamConn()
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Errorf("got %d, %v, want 0 and no error", n, err)
	}
	c.Close()
	if n, err := c.Read(nil); n != 0 || err == nil {
		t.Errorf("after Close: got %d, %v, want 0 and an error", n, err)
	}
}
