//go:build linux

package uds_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// withTail is a connection whose Read has left "456789" of "0123456789", with
// "next" queued behind it, and its peer.
func withTail(t testing.TB) (c, peer *uds.SeqConn) {
	t.Helper()
	peer, c = seqPair(t)
	sendAll(t, peer, "0123456789", "next")
	p := make([]byte, 4)
	if n, err := c.Read(p); n != 4 || err != nil {
		t.Fatalf("Read: got %d, %v, want 4", n, err)
	}
	wantBuffered(t, c, 6)
	return c, peer
}

func wantBuffered(t testing.TB, c *uds.SeqConn, want int) {
	t.Helper()
	if got := c.Buffered(); got != want {
		t.Errorf("Buffered: got %d, want %d", got, want)
	}
}

// wantRecvs fails t unless Recv gives these outcomes.
func wantRecvs(t testing.TB, c *uds.SeqConn, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := recvEnd(c); got != w {
			t.Errorf("Recv: got %s, want %s", got, w)
		}
	}
}

func TestTailThenRecv(t *testing.T) {
	c, _ := withTail(t)
	wantRecvs(t, c, `"456789"`, `"next"`)
	wantBuffered(t, c, 0)
}

// The rest of a message is a message: too small a buffer cuts it.
func TestTailThenSmallRecv(t *testing.T) {
	c, _ := withTail(t)
	p := make([]byte, 2)
	n, err := c.Recv(p)
	var cut *uds.TruncatedError
	if n != 2 || string(p) != "45" || !errors.As(err, &cut) || cut.Size != 6 {
		t.Errorf("Recv: got %d, %q, %v, want \"45\" and a TruncatedError of 6", n, p, err)
	}
	wantRecvs(t, c, `"next"`)
}

func TestTailThenPeek(t *testing.T) {
	c, _ := withTail(t)
	p := make([]byte, 64)
	for range 2 {
		if n, err := c.Peek(p); string(p[:n]) != "456789" || err != nil {
			t.Errorf("Peek: got %q, %v, want \"456789\"", p[:n], err)
		}
		if n, err := c.Peek(p[:2]); n != 2 || !errors.Is(err, uds.ErrTruncated) {
			t.Errorf("small Peek: got %d, %v, want 2, ErrTruncated", n, err)
		}
		if n, err := c.NextSize(); n != 6 || err != nil {
			t.Errorf("NextSize: got %d, %v, want 6", n, err)
		}
	}
	wantBuffered(t, c, 6)
	wantRecvs(t, c, `"456789"`, `"next"`)
}

func TestTailThenReadable(t *testing.T) {
	c, _ := withTail(t)
	if n, err := c.Readable(); n != 10 || err != nil {
		t.Errorf("Readable: got %d, %v, want 10", n, err)
	}
}

func TestTailThenWriteTo(t *testing.T) {
	c, peer := withTail(t)
	must(t, peer.Close())
	var b strings.Builder
	if n, err := c.WriteTo(&b); n != 10 || err != nil || b.String() != "456789next" {
		t.Errorf("WriteTo: got %d, %v, %q, want \"456789next\"", n, err, b.String())
	}
}

// A message that is larger than what WriteTo receives into is written whole.
func TestWriteToOfALargeMessage(t *testing.T) {
	c, peer := seqPair(t)
	must(t, peer.SetWriteBuffer(400<<10))
	want := make([]byte, 300_000)
	(&stream{}).Read(want)
	must(t, peer.Send(want))
	must(t, peer.CloseWrite())
	var got bytes.Buffer
	if n, err := c.WriteTo(&got); n != int64(len(want)) || err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("WriteTo: got %d, %v, and %d bytes, want the %d sent", n, err, got.Len(), len(want))
	}
}

func TestDeadlineWinsOverTheTail(t *testing.T) {
	c, _ := withTail(t)
	must(t, c.SetReadDeadline(past))
	p := make([]byte, 64)
	for name, f := range map[string]func() error{
		"Read":     func() error { _, err := c.Read(p); return err },
		"Recv":     func() error { _, err := c.Recv(p); return err },
		"Peek":     func() error { _, err := c.Peek(p); return err },
		"NextSize": func() error { _, err := c.NextSize(); return err },
		"WriteTo":  func() error { _, err := c.WriteTo(io.Discard); return err },
	} {
		isErr(t, name, f(), os.ErrDeadlineExceeded)
	}
	wantBuffered(t, c, 6)
	must(t, c.SetReadDeadline(time.Time{}))
	wantRecvs(t, c, `"456789"`, `"next"`)
}

func TestCancelKeepsTheTail(t *testing.T) {
	c, _ := withTail(t)
	c.Cancel()
	wantRecvs(t, c, `"456789"`, `"next"`)
}

func TestCloseReadKeepsTheTail(t *testing.T) {
	c, _ := withTail(t)
	must(t, c.CloseRead())
	wantBuffered(t, c, 6)
	wantRecvs(t, c, `"456789"`, `"next"`, "EOF", "EOF")
}

func TestPeersCloseKeepsTheTail(t *testing.T) {
	c, peer := withTail(t)
	must(t, peer.Close())
	wantRecvs(t, c, `"456789"`, `"next"`, "EOF", "EOF")
}

func TestCloseDropsTheTail(t *testing.T) {
	c, _ := withTail(t)
	must(t, c.Close())
	wantBuffered(t, c, 0)
	_, err := c.Read(make([]byte, 1))
	isErr(t, "Read", err, net.ErrClosed)
}

// The clone, the file and the raw connection see the queue behind the tail.
func TestTailStaysWithItsValue(t *testing.T) {
	c, peer := withTail(t)
	d, err := c.Clone()
	must(t, err)
	closeLater(t, d)
	wantBuffered(t, d, 0)
	wantRecvs(t, d, `"next"`)
	wantRecvs(t, c, `"456789"`)

	sendAll(t, peer, "0123456789", "next")
	_, err = c.Read(make([]byte, 4))
	must(t, err)
	wantRecvs(t, adopt(t, c.File), `"next"`)
	wantBuffered(t, c, 6)

	sendAll(t, peer, "raw")
	if got := rawRecv(t, c); got != "raw" {
		t.Errorf("SyscallConn: got %q, want \"raw\"", got)
	}
	wantRecvs(t, c, `"456789"`)
}

// rawRecv receives by way of SyscallConn.
func rawRecv(t testing.TB, c syscall.Conn) string {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	p := make([]byte, 64)
	n := 0
	must(t, rc.Read(func(fd uintptr) bool {
		n, _, err = syscall.Recvfrom(int(fd), p, 0)
		return err != syscall.EAGAIN
	}))
	must(t, err)
	return string(p[:n])
}

// Detach fails while there is a tail and changes nothing: not the tail, not
// the marker, not the blocked calls of others.
func TestDetachFailsWithATail(t *testing.T) {
	c, peer := withTail(t)
	guarded(t, c, peer)
	wrote := blockedWrite(t, c)
	f, err := c.Detach()
	if f != nil {
		t.Errorf("Detach: got a file, want none")
	}
	isErr(t, "Detach", err, syscall.EBUSY)
	if err == nil || !strings.Contains(err.Error(), "6 bytes") {
		t.Errorf("Detach: got %v, want an error that says 6 bytes", err)
	}
	wantBuffered(t, c, 6)
	wantRecvs(t, c, `"456789"`, `"next"`)
	for p, n := make([]byte, 64), 0; string(p[:n]) != "blocked"; {
		n, err = peer.Recv(p)
		must(t, err)
	}
	if err := <-wrote; err != nil {
		t.Errorf("blocked Send: got %v, want nil", err)
	}
	f, err = c.Detach()
	must(t, err)
	must(t, f.Close())
}

// blockedWrite fills c's queue and leaves a Send blocked; the channel gets its
// result.
func blockedWrite(t testing.TB, c *uds.SeqConn) <-chan error {
	t.Helper()
	fillQueue(t, c)
	done := make(chan error, 1)
	go func() { done <- seqBlockedSend(c) }()
	parked(t, 1, ".seqBlockedSend(")
	return done
}

func seqBlockedSend(c *uds.SeqConn) error { return c.Send([]byte("blocked")) }

// fillQueue sends until the peer's queue is full.
func fillQueue(t testing.TB, c *uds.SeqConn) {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	must(t, rc.Write(func(fd uintptr) bool {
		for err == nil {
			err = syscall.Sendto(int(fd), []byte("fill"), syscall.MSG_DONTWAIT, nil)
		}
		return true
	}))
	isErr(t, "filling", err, syscall.EAGAIN)
}

func TestDetachEndsCallsAndKeepsTheSocket(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	read := make(chan error)
	go func() { read <- blockedRecv(b) }()
	parked(t, 1, ".blockedRecv(")
	wrote := blockedWrite(t, b)
	f, err := b.Detach()
	must(t, err)
	isErr(t, "blocked Recv", <-read, net.ErrClosed)
	isErr(t, "blocked Send", <-wrote, net.ErrClosed)
	isErr(t, "Close", b.Close(), net.ErrClosed)
	_, err = b.Detach()
	isErr(t, "second Detach", err, net.ErrClosed)
	c := adopt(t, func() (*os.File, error) { return f, nil })
	sendAll(t, a, "hello")
	wantRecvs(t, c, `"hello"`)
}

func blockedRecv(c *uds.SeqConn) error { _, err := c.Recv(make([]byte, 64)); return err }

// On EMFILE nothing changes: the connection works, and so do the calls that
// are blocked in it.
func TestWithoutDescriptors(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	got := make(chan string)
	go func() { got <- recvEnd(b) }()
	parked(t, 1, ".recvEnd(")
	restore := testutil.LeaveDescriptors(0)
	errs := map[string]error{}
	_, errs["Detach"] = b.Detach()
	_, errs["Clone"] = b.Clone()
	_, errs["File"] = b.File()
	_, _, errs["SeqPair"] = uds.SeqPair()
	_, errs["DialSeq"] = uds.DialSeq(abstractName())
	_, errs["ListenSeq"] = uds.ListenSeq(abstractName())
	restore()
	for name, err := range errs {
		isErr(t, name, err, syscall.EMFILE)
	}
	sendAll(t, a, "alive", "queued")
	if s := <-got; s != `"alive"` {
		t.Errorf("blocked Recv: got %s, want \"alive\"", s)
	}
	wantRecvs(t, b, `"queued"`)
}

// The overflow of a Read is bounded by nothing but the largest message.
func TestTailOfEverySize(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	must(t, a.SetWriteBuffer(3<<19)) // Without net.core.wmem_max less.
	limit := messageLimit(t, a)
	for _, size := range []int{2, 4095, 4096, 4097, 16 << 10, 16<<10 + 1, 88 << 10, 88<<10 + 2, 216 << 10, 216<<10 + 1, limit} {
		if size > limit {
			continue
		}
		msg := patternOf(size, size)
		must(t, a.Send(msg))
		p := make([]byte, size)
		n, err := b.Read(p[:1])
		must(t, err)
		wantBuffered(t, b, size-1)
		for n < size {
			m, err := b.Read(p[n:min(size, n+size/3+1)])
			must(t, err)
			n += m
		}
		if string(p) != string(msg) {
			t.Errorf("message of %d bytes: got other bytes than were sent", size)
		}
		wantBuffered(t, b, 0)
	}
}

// patternOf is n bytes that depend on seed.
func patternOf(seed, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(uint32(seed+i) * 0x9E3779B1 >> 13)
	}
	return p
}

// A writer that returns an impossible count is the end of a WriteTo, as of io.Copy.
func TestWriteToAWriterThatCountsWrong(t *testing.T) {
	failure := errors.New("mine")
	for _, c := range []struct {
		n    int
		err  error
		want string
	}{{-1, nil, "invalid write result"}, {100, nil, "invalid write result"}, {-1, failure, "mine"}} {
		a, b := seqPair(t)
		must(t, a.Send(make([]byte, 10)))
		n, err := b.WriteTo(seqWriterFunc(func([]byte) (int, error) { return c.n, c.err }))
		if n != 0 || err == nil || err.Error() != c.want {
			t.Errorf("a count of %d and %v: got %d, %v, want 0 and %s", c.n, c.err, n, err, c.want)
		}
	}
}
