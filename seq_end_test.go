//go:build linux

package uds_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
)

// orders calls f with every order of empty and full messages up to a length.
func orders(longest int, f func(msgs []string)) {
	for length := range longest + 1 {
		for bits := range 1 << length {
			msgs := make([]string, length)
			for i := range msgs {
				if bits>>i&1 != 0 {
					msgs[i] = fmt.Sprintf("m%d", i)
				}
			}
			f(msgs)
		}
	}
}

// quoted is msgs as recvRest prints them.
func quoted(msgs []string, end ...string) string {
	var out []string
	for _, m := range msgs {
		out = append(out, fmt.Sprintf("%q", m))
	}
	return strings.Join(append(out, end...), " ")
}

func TestEmptyMessagesAndTheEnd(t *testing.T) {
	for _, m := range makers {
		t.Run(m.name, func(t *testing.T) {
			orders(5, func(msgs []string) {
				a, b := m.make(t)
				sendAll(t, a, msgs...)
				must(t, a.Close())
				if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
					t.Errorf("Recv: got %s, want %s", got, want)
				}
				must(t, b.Close())
			})
		})
	}
}

func TestEmptyMessagesAndTheEndByRead(t *testing.T) {
	orders(6, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.Close())
		got, err := io.ReadAll(b)
		if want := strings.Join(msgs, ""); string(got) != want || err != nil {
			t.Errorf("%q: Read: got %q, %v, want %q", msgs, got, err, want)
		}
		must(t, b.Close())
	})
}

// The sender is told of the reset, and so is the receiver, whatever was queued.
func TestEmptyMessagesAndTheReset(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, b, "never read")
		sendAll(t, a, msgs...)
		must(t, a.Close())
		if got, want := recvRest(b), quoted(msgs, "RESET", "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, b.Close())
	})
}

// CloseWrite is an end as Close is.
func TestEmptyMessagesAndCloseWrite(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.CloseWrite())
		if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		sendAll(t, b, "answer")
		if got := recvEnd(a); got != `"answer"` {
			t.Errorf("Recv behind CloseWrite: got %s, want \"answer\"", got)
		}
		must(t, a.Close())
		must(t, b.Close())
	})
}

// What is queued outlives the receiver's own CloseRead.
func TestEmptyMessagesAndCloseRead(t *testing.T) {
	orders(5, func(msgs []string) {
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, b.CloseRead())
		if got, want := recvRest(b), quoted(msgs, "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, a.Close())
		must(t, b.Close())
	})
}

// The first Recv comes after everything is queued: the marker holds for
// messages that were queued before it.
func TestReadThenRecv(t *testing.T) {
	orders(5, func(msgs []string) {
		msgs = append([]string{"first"}, msgs...)
		a, b := seqPair(t)
		sendAll(t, a, msgs...)
		must(t, a.Close())
		p := make([]byte, 64)
		n, err := b.Read(p)
		if got := outcome(p[:n], err); got != `"first"` {
			t.Errorf("Read: got %s, want \"first\"", got)
		}
		if got, want := recvRest(b), quoted(msgs[1:], "EOF", "EOF"); got != want {
			t.Errorf("Recv: got %s, want %s", got, want)
		}
		must(t, b.Close())
	})
}

// Any mixture of the faces delivers every byte in order, and Recv and NextSize
// agree with Peek about what comes next.
func TestFacesMixed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a, b := seqPair(t)
		var want, got strings.Builder
		for range rnd.IntN(12) {
			m := strings.Repeat("x", rnd.IntN(3)*rnd.IntN(40))
			sendAll(t, a, m)
			want.WriteString(m)
		}
		must(t, a.Close())
		for i := 0; ; i++ {
			p := make([]byte, 128)
			if rnd.IntN(2) == 0 {
				n, err := b.Read(p[:1+rnd.IntN(64)])
				got.Write(p[:n])
				if err == io.EOF {
					break
				}
				must(t, err)
				continue
			}
			size, sizeErr := b.NextSize()
			peeked, peekErr := b.Peek(p)
			n, err := b.Recv(p)
			if size != n || peeked != n || sizeErr != err || peekErr != err {
				t.Fatalf("NextSize, Peek, Recv: got %d %v, %d %v, %d %v, want the same", size, sizeErr, peeked, peekErr, n, err)
			}
			got.Write(p[:n])
			if err == io.EOF {
				break
			}
			must(t, err)
		}
		if got.String() != want.String() {
			t.Fatalf("got %q, want %q", got.String(), want.String())
		}
		must(t, b.Close())
	}
}

// ---- reset

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

// ---- the marker

// sockoptTimestamp is whether SO_TIMESTAMPNS_NEW is on.
func sockoptTimestamp(t testing.TB, c syscall.Conn) bool {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	v := 0
	cerr := rc.Control(func(fd uintptr) {
		v, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW)
	})
	must(t, cerr)
	must(t, err)
	return v != 0
}

func TestMarkerIsSetByTheMessageFaceAndAtTheEnd(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one", "two")
	_, err := b.Read(make([]byte, 8))
	must(t, err)
	if sockoptTimestamp(t, a) || sockoptTimestamp(t, b) {
		t.Error("SO_TIMESTAMPNS_NEW: got on after Send and Read, want off")
	}
	recvEnd(b)
	if !sockoptTimestamp(t, b) {
		t.Error("SO_TIMESTAMPNS_NEW: got off after Recv, want on")
	}

	c, d := seqPair(t)
	must(t, c.Close())
	_, err = d.Read(make([]byte, 8))
	if on := sockoptTimestamp(t, d); err != io.EOF || !on {
		t.Errorf("Read at the end: got %v and SO_TIMESTAMPNS_NEW %t, want io.EOF and true", err, on)
	}
}

func TestDetachClearsTheMarker(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	f, err := b.Detach()
	must(t, err)
	defer f.Close()
	if sockoptTimestamp(t, f) {
		t.Error("SO_TIMESTAMPNS_NEW: got on after Detach, want off")
	}
}

func TestDetachKeepsTimestampsThatWereAskedFor(t *testing.T) {
	for _, first := range []bool{true, false} {
		a, b := seqPair(t)
		sendAll(t, a, "one")
		if first {
			must(t, b.SetOptions(uds.Options{Timestamps: true}))
		}
		recvEnd(b)
		if !first {
			must(t, b.SetOptions(uds.Options{Timestamps: true}))
		}
		f, err := b.Detach()
		must(t, err)
		defer f.Close()
		if !sockoptTimestamp(t, f) {
			t.Errorf("asked for first %t: SO_TIMESTAMPNS_NEW: got off after Detach, want on", first)
		}
	}
}

func TestDetachKeepsTheDialersTimestamps(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	d := uds.Dialer{Options: uds.Options{Timestamps: true}}
	c, err := d.DialSeq(t.Context(), name)
	must(t, err)
	must(t, c.SetReadDeadline(past))
	recvEnd(c)
	f, err := c.Detach()
	must(t, err)
	defer f.Close()
	if !sockoptTimestamp(t, f) {
		t.Error("SO_TIMESTAMPNS_NEW: got off after Detach, want on: the Dialer asked for it")
	}
}

// The option belongs to the socket, which a clone that detaches shares.
func TestRecvAfterACloneWasDetached(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	c, err := b.Clone()
	must(t, err)
	f, err := c.Detach()
	must(t, err)
	defer f.Close()
	sendAll(t, a, "", "two", "")
	guarded(t, b)
	wantRecvs(t, b, `""`, `"two"`, `""`)
	must(t, b.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	wantRecvs(t, b, "TIMEOUT")
}

// The marker has no effect on the peer and binds nothing.
func TestMarkerDoesNotAutobind(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	sendAll(t, b, "two")
	for _, c := range []*uds.SeqConn{a, b} {
		if name, err := c.Sockname(); err != nil || !name.IsUnnamed() {
			t.Errorf("Sockname: got %q, %v, want the unnamed address", name, err)
		}
	}
}
