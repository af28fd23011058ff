package socket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// dgramAt returns a datagram socket bound to an abstract name of the kernel's
// choice, and its address.
func dgramAt(t *testing.T) (*socket.Socket, socket.Sockaddr) {
	t.Helper()
	s, err := socket.New(socket.AFUnix, socket.SockDgram, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	any, err := socket.Unix("")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(any); err != nil {
		t.Fatal(err)
	}
	sa, err := s.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return s, sa
}

// fillQueue sends until the receiver takes no more.
func fillQueue(t *testing.T, s *socket.Socket, to socket.Sockaddr) (n int) {
	t.Helper()
	for {
		_, err := s.SendTo([]byte("fill"), socket.MsgDontwait, to)
		if errors.Is(err, socket.ErrWouldBlock) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
}

// recvAll receives so many messages and returns them.
func recvAll(t *testing.T, s *socket.Socket, n int) (got []string) {
	t.Helper()
	p := make([]byte, 100)
	for range n {
		m, err := s.Recv(p, 0)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(p[:m]))
	}
	return got
}

// A batch goes on behind each message that had to wait, in its order.
func TestSendBatchToFullReceivers(t *testing.T) {
	s, _ := dgramAt(t)
	a, toA := dgramAt(t)
	b, toB := dgramAt(t)
	queuedA, queuedB := fillQueue(t, s, toA), fillQueue(t, s, toB)
	ms := []socket.Msg{
		{Buffer: []byte("a1"), Addr: toA}, {Buffer: []byte("b1"), Addr: toB},
		{Buffer: []byte("a2"), Addr: toA}, {Buffer: []byte("b2"), Addr: toB},
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := s.SendBatch(ms, 0)
		done <- result{n, err}
	}()
	gotA, gotB := recvAll(t, a, queuedA+1), recvAll(t, b, queuedB+1)
	gotA, gotB = append(gotA, recvAll(t, a, 1)...), append(gotB, recvAll(t, b, 1)...)
	if r := <-done; r.n != len(ms) || r.err != nil {
		t.Errorf("got %d, %v, want %d and no error", r.n, r.err, len(ms))
	}
	if got := gotA[queuedA:]; got[0] != "a1" || got[1] != "a2" {
		t.Errorf("got %q, want a1 and a2", got)
	}
	if got := gotB[queuedB:]; got[0] != "b1" || got[1] != "b2" {
		t.Errorf("got %q, want b1 and b2", got)
	}
}

// A batch waits for a full receiver in the turn of a Connect whose context may
// still end.
func TestSendBatchBehindAConnect(t *testing.T) {
	s, _ := dgramAt(t)
	_, toPeer := dgramAt(t)
	full, toFull := dgramAt(t)
	queued := fillQueue(t, s, toFull)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	done := start(func() error {
		var turn socket.Turn
		if err := s.BeginSend(&turn); err != nil {
			return err
		}
		defer turn.End()
		err := turn.Connect(ctx, toPeer)
		if err == nil {
			_, err = turn.SendBatch([]socket.Msg{{Addr: toFull}, {Addr: toFull}}, 0)
		}
		return err
	})
	testutil.Eventually(t, safetyNet, func() bool { return socket.Full(s) }, "a send that waits")
	recvAll(t, full, queued+2)
	if err := within(t, done); err != nil {
		t.Error(err)
	}
}

// What was sent before a receiver was full is counted.
func TestSendBatchInterrupted(t *testing.T) {
	s, _ := dgramAt(t)
	free, toFree := dgramAt(t)
	_, toFull := dgramAt(t)
	fillQueue(t, s, toFull)
	ms := []socket.Msg{{Buffer: []byte("x"), Addr: toFree}, {Buffer: []byte("y"), Addr: toFull}}
	if n, err := s.SendBatch(ms, socket.MsgDontwait); n != 1 || !errors.Is(err, socket.ErrWouldBlock) {
		t.Errorf("with MsgDontwait: got %d, %v, want 1 and ErrWouldBlock", n, err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.SendBatch(ms, 0)
		done <- err
	}()
	recvAll(t, free, 2) // the second one is of the batch that waits
	s.Cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// A message that must not wait does not pass those that do.
func TestDontwaitBehindCallsThatWait(t *testing.T) {
	s, _ := dgramAt(t)
	receiver, to := dgramAt(t)
	queued := fillQueue(t, s, to)
	done := start(func() error { _, err := s.SendTo([]byte("first"), 0, to); return err })
	// While the other call is about to wait it has the turn; then it is in line.
	for range 1000 {
		if _, err := s.SendTo([]byte("second"), socket.MsgDontwait, to); !errors.Is(err, socket.ErrWouldBlock) {
			t.Fatalf("got %v, want ErrWouldBlock", err)
		}
	}
	got := recvAll(t, receiver, queued+1)
	if err := <-done; err != nil || got[queued] != "first" {
		t.Errorf("got %q, %v, want first and no error", got[queued], err)
	}
}

// Nor does one that is not the first of its batch.
func TestBatchBehindCallsThatWait(t *testing.T) {
	s, _ := dgramAt(t)
	free, toFree := dgramAt(t)
	receiver, to := dgramAt(t)
	queued := fillQueue(t, s, to)
	done := start(func() error { _, err := s.SendTo([]byte("first"), 0, to); return err })
	testutil.Eventually(t, safetyNet, func() bool { return socket.Full(s) }, "a call that waits")
	recvAll(t, receiver, 1) // there may be room before the call that waits has it
	ms := []socket.Msg{{Buffer: []byte("x"), Addr: toFree}, {Buffer: []byte("second"), Addr: to}}
	n, err := s.SendBatch(ms, socket.MsgDontwait)
	if n == 1 && !errors.Is(err, socket.ErrWouldBlock) || n == 2 && err != nil {
		t.Errorf("got %d, %v, want 1 and ErrWouldBlock, or 2", n, err)
	}
	recvAll(t, free, 1)
	got := recvAll(t, receiver, queued)
	if err := <-done; err != nil || got[queued-1] != "first" {
		t.Errorf("got %q, %v, want first and no error", got[queued-1], err)
	}
}

func TestAcceptAfterShutdownEnds(t *testing.T) {
	l, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	any, err := socket.Unix("\x00" + t.Name() + testutil.ShortDir(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Bind(any); err != nil {
		t.Fatal(err)
	}
	if err := l.Listen(1); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, _, err := l.Accept(context.Background())
		done <- err
	}()
	if err := l.Shutdown(socket.ShutRead); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("got no error, want one")
	}
}
