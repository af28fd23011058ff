//go:build linux

package uds_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
)

// ---- the byte face

func TestReadKeepsTheTail(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "0123456789")
	p := make([]byte, 4)
	for _, want := range []string{"0123", "4567", "89"} {
		n, err := b.Read(p)
		if got := outcome(p[:n], err); got != fmt.Sprintf("%q", want) {
			t.Errorf("Read: got %s, want %q", got, want)
		}
	}
}

func TestReadNeverMergesMessages(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one", "two", "three")
	p := make([]byte, 64)
	for _, want := range []string{"one", "two", "three"} {
		n, err := b.Read(p)
		if got := outcome(p[:n], err); got != fmt.Sprintf("%q", want) {
			t.Errorf("Read: got %s, want %q", got, want)
		}
	}
}

func TestReadNeverMergesATailWithTheNextMessage(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "abc", "def")
	p := make([]byte, 2)
	var got []string
	for range 4 {
		n, err := b.Read(p)
		got = append(got, outcome(p[:n], err))
	}
	if got, want := strings.Join(got, " "), `"ab" "c" "de" "f"`; got != want {
		t.Errorf("Reads: got %s, want %s", got, want)
	}
}

func TestReadSkipsEmptyMessages(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "", "", "x", "", "y", "")
	must(t, a.Close())
	got, err := io.ReadAll(b)
	if string(got) != "xy" || err != nil {
		t.Errorf("ReadAll: got %q, %v, want \"xy\"", got, err)
	}
}

func TestReadWaitsBehindEmptyMessages(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "", "")
	must(t, b.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	n, err := b.Read(make([]byte, 8))
	if got := outcome(nil, err); n != 0 || got != "TIMEOUT" {
		t.Errorf("Read: got %d, %s, want 0, TIMEOUT", n, got)
	}
}

func TestReadIntoNothingTakesNothing(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "x")
	if n, err := b.Read(nil); n != 0 || err != nil {
		t.Errorf("Read(nil): got %d, %v, want 0, nil", n, err)
	}
	if got := recvEnd(b); got != `"x"` {
		t.Errorf("Recv: got %s, want \"x\"", got)
	}
}

func TestEOFIsBare(t *testing.T) {
	for name, f := range map[string]func(c *uds.SeqConn) error{
		"Read":     func(c *uds.SeqConn) error { _, err := c.Read(make([]byte, 1)); return err },
		"Recv":     func(c *uds.SeqConn) error { _, err := c.Recv(make([]byte, 1)); return err },
		"Recv nil": func(c *uds.SeqConn) error { _, err := c.Recv(nil); return err },
		"Peek":     func(c *uds.SeqConn) error { _, err := c.Peek(make([]byte, 1)); return err },
		"NextSize": func(c *uds.SeqConn) error { _, err := c.NextSize(); return err },
	} {
		a, b := seqPair(t)
		must(t, a.Close())
		for range 3 {
			if err := f(b); err != io.EOF {
				t.Errorf("%s: got %v, want io.EOF itself", name, err)
			}
		}
	}
}

func TestWriteIsOneMessageUpToTheLimit(t *testing.T) {
	a, b := seqPair(t)
	limit := messageLimit(t, a)
	for _, size := range []int{1, 85_600, 85_601, limit} {
		n, err := a.Write(make([]byte, size))
		if n != size || err != nil {
			t.Fatalf("Write of %d bytes: got %d, %v", size, n, err)
		}
		if got, err := b.NextSize(); got != size || err != nil {
			t.Errorf("NextSize: got %d, %v, want %d", got, err, size)
		}
		if n, err := b.Recv(make([]byte, size)); n != size || err != nil {
			t.Errorf("Recv: got %d, %v, want %d", n, err, size)
		}
	}
}

// messageLimit is the size of the largest message that c can send.
func messageLimit(t testing.TB, c *uds.SeqConn) int {
	t.Helper()
	size, err := c.WriteBuffer()
	must(t, err)
	return size - 32
}

func TestWriteAboveTheLimitSplitsIntoPieces(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	size := messageLimit(t, a) + 1
	done := make(chan error, 1)
	go func() {
		n, err := a.Write(make([]byte, size))
		if err == nil && n != size {
			err = fmt.Errorf("Write: got %d, want %d", n, size)
		}
		done <- err
	}()
	total := 0
	for total < size {
		want := min(85_600, size-total)
		n, err := b.Recv(make([]byte, size))
		if n != want || err != nil {
			t.Fatalf("piece at %d: got %d, %v, want %d", total, n, err, want)
		}
		total += n
	}
	must(t, <-done)
}

func TestWriteOnASmallBufferSplitsSmaller(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	must(t, a.SetWriteBuffer(1)) // The kernel's minimum.
	want := bytes.Repeat([]byte("uds"), 100_000)
	done := make(chan error, 1)
	go func() {
		_, err := a.Write(want)
		a.CloseWrite()
		done <- err
	}()
	got, err := io.ReadAll(b)
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, want the %d that were written", len(got), len(want))
	}
}

// The pieces are then as large as SO_SNDBUF allows.
func TestWriteOnASmallBufferFillsItsPieces(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	must(t, a.SetWriteBuffer(20_000))
	limit, err := a.WriteBuffer()
	must(t, err)
	largest := limit - 32
	want := []int{largest, largest, 100_000 - 2*largest}
	done := make(chan error, 1)
	go func() {
		_, err := a.Write(make([]byte, 100_000))
		a.CloseWrite()
		done <- err
	}()
	var got []int
	p := make([]byte, 100_000)
	n, err := b.Recv(p)
	for ; err == nil; n, err = b.Recv(p) {
		got = append(got, n)
	}
	must(t, <-done)
	if err != io.EOF || !slices.Equal(got, want) {
		t.Errorf("got messages of %d bytes, %v, want %d", got, err, want)
	}
}

func TestWriteOfNothingSendsNothing(t *testing.T) {
	a, b := seqPair(t)
	for _, p := range [][]byte{nil, {}} {
		if n, err := a.Write(p); n != 0 || err != nil {
			t.Errorf("Write: got %d, %v, want 0, nil", n, err)
		}
	}
	must(t, a.Close())
	if got := recvRest(b); got != "EOF EOF" {
		t.Errorf("Recv: got %s, want the end", got)
	}
}

// A Write that fails between its pieces says how much it sent.
func TestWriteSaysHowMuchWasSent(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	var n int
	done := make(chan error)
	go func() {
		var err error
		n, err = a.Write(make([]byte, 5<<20))
		done <- err
	}()
	_, err := b.NextSize() // The first piece is there.
	must(t, err)
	must(t, a.SetWriteDeadline(past))
	if got := outcome(nil, <-done); got != "TIMEOUT" {
		t.Fatalf("Write: got %s, want TIMEOUT", got)
	}
	readable, err := b.Readable()
	must(t, err)
	if n != readable || n == 0 || n == 5<<20 {
		t.Errorf("Write: got %d, want the %d bytes that are queued", n, readable)
	}
}

// ---- the message face

func TestRecvOfATooLargeMessageSaysItsSize(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "0123456789", "next")
	p := make([]byte, 4)
	n, err := b.Recv(p)
	var cut *uds.TruncatedError
	if n != 4 || string(p) != "0123" || !errors.As(err, &cut) || cut.Size != 10 || !errors.Is(err, uds.ErrTruncated) {
		t.Errorf("Recv: got %d, %q, %v, want 4, \"0123\" and a TruncatedError of 10", n, p, err)
	}
	if got := recvEnd(b); got != `"next"` {
		t.Errorf("next Recv: got %s, want \"next\": truncated messages are not resumed", got)
	}
}

func TestRecvIntoNothingTakesTheMessage(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "x", "", "y")
	if n, err := b.Recv(nil); n != 0 || !errors.Is(err, uds.ErrTruncated) {
		t.Errorf("Recv(nil): got %d, %v, want ErrTruncated", n, err)
	}
	if n, err := b.Recv(nil); n != 0 || err != nil {
		t.Errorf("Recv(nil) of an empty message: got %d, %v, want 0, nil", n, err)
	}
	if got := recvEnd(b); got != `"y"` {
		t.Errorf("Recv: got %s, want \"y\"", got)
	}
}

func TestPeekLeavesTheMessage(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "0123456789", "")
	must(t, a.Close())
	p := make([]byte, 4)
	for range 2 {
		n, err := b.Peek(p)
		if n != 4 || !errors.Is(err, uds.ErrTruncated) {
			t.Errorf("Peek: got %d, %v, want 4, ErrTruncated", n, err)
		}
		if n, err := b.NextSize(); n != 10 || err != nil {
			t.Errorf("NextSize: got %d, %v, want 10", n, err)
		}
	}
	recvEnd(b)
	for range 2 {
		if n, err := b.Peek(p); n != 0 || err != nil {
			t.Errorf("Peek at an empty message: got %d, %v, want 0, nil", n, err)
		}
		if n, err := b.NextSize(); n != 0 || err != nil {
			t.Errorf("NextSize of an empty message: got %d, %v, want 0, nil", n, err)
		}
	}
	if got := recvRest(b); got != `"" EOF EOF` {
		t.Errorf("Recv: got %s, want \"\" EOF EOF", got)
	}
}

func TestNextSizeWaits(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	done := make(chan error)
	go func() {
		n, err := b.NextSize()
		if err == nil && n != 5 {
			err = fmt.Errorf("NextSize: got %d, want 5", n)
		}
		done <- err
	}()
	parked(t, 1, ".NextSize(")
	sendAll(t, a, "12345")
	must(t, <-done)
}

func TestSendAboveTheLimitSaysTheLimit(t *testing.T) {
	a, b := seqPair(t)
	limit := messageLimit(t, a)
	err := a.Send(make([]byte, limit+1))
	isErr(t, "Send", err, syscall.EMSGSIZE)
	for _, want := range []string{fmt.Sprint(limit), fmt.Sprint(limit + 1)} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Send: got %v, want an error that says %s", err, want)
		}
	}
	sendAll(t, a, "after")
	if got := recvEnd(b); got != `"after"` {
		t.Errorf("Recv: got %s, want \"after\": nothing of the large message", got)
	}
}

func TestSeqConnIsNoPacketConn(t *testing.T) {
	var c any = (*uds.SeqConn)(nil)
	if _, ok := c.(net.PacketConn); ok {
		t.Error("SeqConn is a net.PacketConn: libraries would change their framing")
	}
}

// FIONREAD counts all that is queued.
func TestReadableCountsTheQueueAndTheTail(t *testing.T) {
	a, b := seqPair(t)
	wantReadable := func(want int) {
		t.Helper()
		if n, err := b.Readable(); n != want || err != nil {
			t.Errorf("Readable: got %d, %v, want %d", n, err, want)
		}
	}
	wantReadable(0)
	sendAll(t, a, "0123456789", "abc")
	wantReadable(13)
	_, err := b.Read(make([]byte, 4))
	must(t, err)
	wantReadable(9)
	if n := b.Buffered(); n != 6 {
		t.Errorf("Buffered: got %d, want 6", n)
	}
	must(t, a.Close())
	wantReadable(9)
}
