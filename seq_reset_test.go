//go:build linux

package uds_test

import (
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
)

// reset makes a pair whose a was closed with unread input after it sent msgs.
func resetPair(t testing.TB, msgs ...string) *uds.SeqConn {
	t.Helper()
	a, b := seqPair(t)
	sendAll(t, b, "never read")
	sendAll(t, a, msgs...)
	must(t, a.Close())
	return b
}

func TestReplyBeforeReset(t *testing.T) {
	b := resetPair(t, "reply")
	p := make([]byte, 64)
	if got := receives(4, b.Read); got != `"reply", RESET, EOF` {
		t.Errorf("Read: got %s, want \"reply\", RESET, EOF", got)
	}
	n, err := b.Read(p)
	if got := outcome(p[:n], err); got != "EOF" {
		t.Errorf("later Read: got %s, want EOF", got)
	}
}

func TestTailBeforeReset(t *testing.T) {
	b := resetPair(t, "reply")
	var got []string
	p := make([]byte, 3)
	for range 4 {
		n, err := b.Read(p)
		got = append(got, outcome(p[:n], err))
	}
	if got, want := strings.Join(got, " "), `"rep" "ly" RESET EOF`; got != want {
		t.Errorf("Read: got %s, want %s", got, want)
	}
}

// Every receive with nothing else to deliver may be the one that reports it.
func TestResetIsReportedOnce(t *testing.T) {
	for name, f := range map[string]func(c *uds.SeqConn) error{
		"Read":     func(c *uds.SeqConn) error { _, err := c.Read(make([]byte, 1)); return err },
		"Recv":     func(c *uds.SeqConn) error { _, err := c.Recv(nil); return err },
		"Peek":     func(c *uds.SeqConn) error { _, err := c.Peek(nil); return err },
		"NextSize": func(c *uds.SeqConn) error { _, err := c.NextSize(); return err },
		"WriteTo":  func(c *uds.SeqConn) error { _, err := c.WriteTo(io.Discard); return err },
	} {
		b := resetPair(t)
		isErr(t, name, f(b), syscall.ECONNRESET)
		if got := recvRest(b); got != "EOF EOF" {
			t.Errorf("Recv after %s: got %s, want EOF EOF", name, got)
		}
	}
}

// A receive of nothing reports nothing.
func TestReadIntoNothingKeepsTheReset(t *testing.T) {
	b := resetPair(t)
	if n, err := b.Read(nil); n != 0 || err != nil {
		t.Errorf("Read(nil): got %d, %v, want 0, nil", n, err)
	}
	if got := recvRest(b); got != "RESET EOF EOF" {
		t.Errorf("Recv: got %s, want RESET EOF EOF", got)
	}
}

func TestSendMeetsTheReset(t *testing.T) {
	for name, send := range map[string]func(c *uds.SeqConn) error{
		"Send":  func(c *uds.SeqConn) error { return c.Send([]byte("x")) },
		"Write": func(c *uds.SeqConn) error { _, err := c.Write([]byte("x")); return err },
		"large Write": func(c *uds.SeqConn) error {
			_, err := c.Write(make([]byte, 1<<20))
			return err
		},
		"ReadFrom": func(c *uds.SeqConn) error { _, err := c.ReadFrom(strings.NewReader("x")); return err },
		"SendMsg":  func(c *uds.SeqConn) error { return c.SendMsg(&uds.Message{Buffers: [][]byte{{1}, {2}}}, 0) },
		"SendMsg with a file": func(c *uds.SeqConn) error {
			return c.SendMsg(&uds.Message{OOB: &uds.OOB{Files: []*os.File{os.Stdin}}}, 0)
		},
		"WriteMsgUnix": func(c *uds.SeqConn) error { _, _, err := c.WriteMsgUnix([]byte("x"), nil, nil); return err },
	} {
		b := resetPair(t, "reply", "")
		isErr(t, name, send(b), syscall.ECONNRESET)
		isErr(t, "second "+name, send(b), syscall.EPIPE)
		if got, want := recvRest(b), `"reply" "" RESET EOF EOF`; got != want {
			t.Errorf("Recv after %s: got %s, want %s", name, got, want)
		}
	}
}

// A Send that finds the connection reset after the receiver was told gets
// EPIPE, and the receiver is not told again.
func TestSendAfterTheResetWasReported(t *testing.T) {
	b := resetPair(t)
	if got := recvEnd(b); got != "RESET" {
		t.Fatalf("Recv: got %s, want RESET", got)
	}
	isErr(t, "Send", b.Send([]byte("x")), syscall.EPIPE)
	if got := recvRest(b); got != "EOF EOF" {
		t.Errorf("Recv: got %s, want EOF EOF", got)
	}
}

func TestTakeErrorTakesTheReset(t *testing.T) {
	b := resetPair(t, "reply")
	isErr(t, "TakeError", b.TakeError(), syscall.ECONNRESET)
	if err := b.TakeError(); err != nil {
		t.Errorf("second TakeError: got %v, want nil", err)
	}
	if got := recvRest(b); got != `"reply" EOF EOF` {
		t.Errorf("Recv: got %s, want \"reply\" EOF EOF", got)
	}
}

// So it does where a receive has found the reset, and delivered the reply instead.
func TestTakeErrorTakesTheResetThatAReceiveFound(t *testing.T) {
	b := resetPair(t, "reply")
	wantRecvs(t, b, `"reply"`)
	isErr(t, "TakeError", b.TakeError(), syscall.ECONNRESET)
	if err := b.TakeError(); err != nil {
		t.Errorf("second TakeError: got %v, want nil", err)
	}
	if got := recvRest(b); got != "EOF EOF" {
		t.Errorf("Recv: got %s, want EOF EOF", got)
	}
}

// A parked receive that the reset wakes delivers the reply first.
func TestResetWakesAParkedRecv(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	sendAll(t, b, "never read")
	got := make(chan string)
	go func() { got <- recvRest(b) }()
	parked(t, 1, ".recvRest(")
	must(t, a.Close())
	if s := <-got; s != "RESET EOF EOF" {
		t.Errorf("Recv: got %s, want RESET EOF EOF", s)
	}
}
