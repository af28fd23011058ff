package uds_test

import (
	"context"
	"io"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
)

// The end comes after every message, the empty ones at the very end too,
// whichever face meets it.
func TestReadSkipsTheLastEmptyMessages(t *testing.T) {
	for name, receive := range map[string]func(c *uds.SeqConn) (int, error){
		"Read":    func(c *uds.SeqConn) (int, error) { return c.Read(make([]byte, 8)) },
		"WriteTo": func(c *uds.SeqConn) (int, error) { n, err := c.WriteTo(io.Discard); return int(n), orEOF(err) },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := seqPair(t)
			for range 3 {
				must(t, a.Send(nil))
			}
			must(t, a.Close())
			if n, err := receive(b); n != 0 || err != io.EOF {
				t.Fatalf("got %d, %v, want the end", n, err)
			}
			if n, err := b.Recv(make([]byte, 8)); n != 0 || err != io.EOF {
				t.Errorf("Recv after the end: got %d, %v, want the end", n, err)
			}
		})
	}
}

// They are told from the end although a detached clone took the marker along.
func TestReadSkipsTheLastEmptyMessagesWithoutTheMarker(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "x")
	wantRecvs(t, b, `"x"`) // sets the marker
	c, err := b.Clone()
	must(t, err)
	f, err := c.Detach()
	must(t, err)
	closeLater(t, f)
	for range 3 {
		must(t, a.Send(nil))
	}
	must(t, a.Close())
	if n, err := b.Read(make([]byte, 8)); n != 0 || err != io.EOF {
		t.Fatalf("got %d, %v, want the end", n, err)
	}
	if n, err := b.Recv(make([]byte, 8)); n != 0 || err != io.EOF {
		t.Errorf("Recv after the end: got %d, %v, want the end", n, err)
	}
}

// orEOF is the end for a copy that ended well.
func orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

// A Cancel while the writer is written to ends a WriteTo at the next message.
func TestCancelEndsWriteToBetweenMessages(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "x", "later")
	must(t, b.SetReadDeadline(time.Now().Add(safety))) // a lost Cancel would park it
	n, err := b.WriteTo(seqWriterFunc(func(p []byte) (int, error) {
		b.Cancel()
		return len(p), nil
	}))
	if n != 1 {
		t.Errorf("WriteTo: got %d bytes, want 1", n)
	}
	wantError(t, "WriteTo", err, context.Canceled)
	wantRecvs(t, b, `"later"`)
}

type seqWriterFunc func(p []byte) (int, error)

func (f seqWriterFunc) Write(p []byte) (int, error) { return f(p) }

// The peer's sends fail once this end receives no more. One that waits for room
// learns of it only with the room: poll(2) has no event for an end of sending
// alone (unix_dgram_poll in net/unix/af_unix.c).
func TestCloseReadEndsAWaitingSendWithTheRoom(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	fillQueue(t, a)
	sent := make(chan error, 1)
	go func() { sent <- a.Send([]byte("late")) }()
	parked(t, 1, "(*SeqConn).Send")
	must(t, b.CloseRead())
	isErr(t, "a later send", a.SendMsg(&uds.Message{}, uds.FlagNoWait), uds.ErrWouldBlock) // the turn is taken
	for err := error(nil); err != io.EOF; {
		if _, err = b.Recv(make([]byte, 8)); err != nil && err != io.EOF {
			t.Fatal(err)
		}
	}
	isErr(t, "the send that waited", <-sent, syscall.EPIPE)
	isErr(t, "the next", a.Send(nil), syscall.EPIPE)
}
