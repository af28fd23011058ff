//go:build linux

package uds_test

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// batchOf is n messages to receive, each with room for 20 bytes and files.
func batchOf(n, files int) []uds.Message {
	ms := make([]uds.Message, n)
	for i := range ms {
		ms[i] = uds.Message{Buffers: buffers(20), OOB: &uds.OOB{MaxFiles: files}}
	}
	return ms
}

// summary says what was received.
func summary(ms []uds.Message) string {
	var all []string
	for i := range ms {
		s := fmt.Sprintf("%q", payload(&ms[i]))
		if o := ms[i].OOB; o != nil && len(o.Files) > 0 {
			s += fmt.Sprint("+", len(o.Files))
		}
		if ms[i].Truncated {
			s += " cut"
		}
		if ms[i].OOBTruncated {
			s += " oob cut"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func TestBatchMovesMessagesAsTheyAre(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		files := devNull(t, 3)
		out := []uds.Message{
			{Buffers: [][]byte{[]byte("one"), []byte("+two")}},
			{},
			{Buffers: [][]byte{[]byte("file")}, OOB: &uds.OOB{Files: files[:1]}},
			{OOB: &uds.OOB{Files: files}},
			{Buffers: buffers(30)},
			{OOB: &uds.OOB{Files: files[:2]}},
			{Buffers: [][]byte{[]byte("last")}},
		}
		before := testutil.FDCount(t)
		if n, err := a.SendBatch(out); n != len(out) || err != nil {
			t.Fatalf("got %d, %v, want %d, nil", n, err, len(out))
		}
		in := batchOf(10, 2)
		n, err := b.RecvBatch(in)
		want := `"one+two", "", "file"+1, "" oob cut, "` + strings.Repeat(`\x00`, 20) + `" cut, ""+2, "last"`
		if got := summary(in[:n]); got != want || err != nil {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		if out[0].N != 7 || in[0].Size != 7 || in[4].Size != 30 {
			t.Errorf("got N %d, sizes %d and %d, want 7, 7, 30", out[0].N, in[0].Size, in[4].Size)
		}
		for i := range in {
			must(t, in[i].OOB.Close())
		}
		if got := testutil.FDCount(t); got != before {
			t.Errorf("got %d descriptors, want %d", got, before)
		}
	})
}

// recvmmsg(2) returns the end as empty messages.
func TestBatchEndIsNoMessage(t *testing.T) {
	for _, withOOB := range []bool{false, true} {
		a, b := seqPair(t)
		guarded(t, b)
		sendAll(t, a, "one", "", "two", "")
		a.Close()
		in := batchOf(8, 1)
		for i := range in {
			if !withOOB {
				in[i].OOB = nil
			}
		}
		n, err := b.RecvBatch(in)
		if got, want := summary(in[:n]), `"one", "", "two", ""`; got != want || err != nil {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		if n, err := b.RecvBatch(in); n != 0 || err != io.EOF {
			t.Errorf("got %d, %v, want 0 and bare io.EOF", n, err)
		}
	}
}

func TestBatchSeesTheTailFirst(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	must(t, a.SendFiles([]byte("payload"), devNull(t, 1)...))
	_, err := b.Read(make([]byte, 3))
	must(t, err)
	sendAll(t, a, "next")
	in := batchOf(4, 1)
	n, err := b.RecvBatch(in)
	if got, want := summary(in[:n]), `"load", "next"`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestBatchResetComesWithTheNextCall(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	sendAll(t, b, "unread")
	sendAll(t, a, "one", "two")
	a.Close()
	in := batchOf(4, 0)
	n, err := b.RecvBatch(in)
	if got, want := summary(in[:n]), `"one", "two"`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got := recvRest(b); got != "RESET EOF EOF" {
		t.Errorf("got %s, want RESET EOF EOF", got)
	}
}

// A reset that a batch meets behind the tail of a Read hides none of what is
// queued.
func TestBatchBehindATailMeetsTheReset(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, b)
	sendAll(t, b, "never read")
	sendAll(t, a, "tail", "reply")
	_, err := b.Read(make([]byte, 1))
	must(t, err)
	must(t, a.Close())
	in := batchOf(4, 0)
	n, err := b.RecvBatch(in)
	if got, want := summary(in[:n]), `"ail", "reply"`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got := recvRest(b); got != "RESET EOF EOF" {
		t.Errorf("then got %s, want RESET EOF EOF", got)
	}
}

func TestSendBatchSaysHowManyWereSent(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		out := []uds.Message{{Buffers: buffers(1)}, {Buffers: buffers(2)}, {Buffers: buffers(10 << 20)}, {Buffers: buffers(3)}}
		n, err := a.SendBatch(out)
		if n != 2 {
			t.Errorf("got %d, want 2", n)
		}
		isErr(t, "send", err, syscall.EMSGSIZE)
		in := batchOf(4, 0)
		if n, err := b.RecvBatch(in); n != 2 || err != nil {
			t.Errorf("got %d, %v, want 2, nil", n, err)
		}
	})
}

// A batch larger than the queue waits for room.
func TestSendBatchWaits(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		const total = 2000
		done := make(chan error, 1)
		go func() {
			out := make([]uds.Message, total)
			for i := range out {
				out[i].Buffers = [][]byte{[]byte(fmt.Sprint(i))}
			}
			n, err := a.SendBatch(out)
			if err == nil && n != total {
				err = fmt.Errorf("sent %d, want %d", n, total)
			}
			done <- err
		}()
		in := batchOf(32, 0)
		for got := 0; got < total; {
			n, err := b.RecvBatch(in)
			must(t, err)
			for i := range in[:n] {
				if want := fmt.Sprint(got); payload(&in[i]) != want {
					t.Fatalf("got %q, want %q", payload(&in[i]), want)
				}
				got++
			}
		}
		must(t, <-done)
	})
}

func TestBatchOfNoMessagesDoesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		n, err := a.SendBatch(nil)
		m, err2 := b.RecvBatch(nil)
		if n != 0 || m != 0 || err != nil || err2 != nil {
			t.Errorf("got %d, %v and %d, %v, want nothing", n, err, m, err2)
		}
	})
}

func TestBadMessageArgumentsTakeNoMessage(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, a.Send([]byte("x")))
		_, err := b.RecvBatch(batchOf(2, -1))
		isErr(t, "room for -1 files", err, syscall.EINVAL)
		shared := batchOf(3, 1)
		shared[2].OOB = shared[0].OOB
		for range 2 {
			_, err = b.RecvBatch(shared)
			isErr(t, "one OOB for two messages", err, syscall.EINVAL)
		}
		isErr(t, "nil message", b.RecvMsg(nil, 0), syscall.EINVAL)
		isErr(t, "unknown flag", b.RecvMsg(&uds.Message{}, 1<<20), syscall.EINVAL)
		isErr(t, "peek with OOB", b.RecvMsg(&uds.Message{OOB: &uds.OOB{}}, uds.FlagPeek), syscall.EINVAL)
		isErr(t, "nil message", a.SendMsg(nil, 0), syscall.EINVAL)
		sent := uds.Message{N: 1}
		isErr(t, "peek", a.SendMsg(&sent, uds.FlagPeek), syscall.EINVAL)
		if sent.N != 0 {
			t.Errorf("after a send that is refused: got N %d, want 0", sent.N)
		}
		_, _, err = b.RecvFiles(nil, -1)
		isErr(t, "room for -1 files", err, syscall.EINVAL)
		m := uds.Message{Buffers: buffers(9)}
		must(t, b.RecvMsg(&m, uds.FlagPeek))
		m.N = 0
		must(t, b.RecvMsg(&m, uds.FlagNoWait))
		if payload(&m) != "x" {
			t.Errorf("got %q, want the message still there", payload(&m))
		}
	})
}

// A batch that finds fewer messages than it has room for leaves nothing behind:
// the next receive waits for the next message.
func TestBatchThatFindsNoMoreLeavesNoError(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, a.Send([]byte("x")))
		if n, err := b.RecvBatch(batchOf(3, 0)); n != 1 || err != nil {
			t.Errorf("got %d, %v, want 1", n, err)
		}
		must(t, a.Send([]byte("y")))
		p := make([]byte, 2)
		if n, err := b.Recv(p); string(p[:n]) != "y" || err != nil {
			t.Errorf("got %q, %v, want y", p[:n], err)
		}
	})
}

// The Addr of a Message is for datagrams: on a connection it has no effect.
func TestSeqConnIgnoresTheAddrOfAMessage(t *testing.T) {
	a, b := seqPair(t)
	message := func(oob *uds.OOB) uds.Message {
		return uds.Message{Buffers: [][]byte{[]byte("x"), []byte("y")}, OOB: oob, Addr: uds.MustParseAddr("@nobody")}
	}
	for _, oob := range []*uds.OOB{nil, {}, {Files: devNull(t, 1)}} {
		m := message(oob)
		must(t, a.SendMsg(&m, 0))
		if n, err := a.SendBatch([]uds.Message{message(oob), message(oob)}); n != 2 || err != nil {
			t.Errorf("SendBatch with %+v: got %d, %v, want 2", oob, n, err)
		}
		for range 3 {
			if got := recvEnd(b); got != `"xy"` {
				t.Errorf("with %+v: got %s, want the message", oob, got)
			}
		}
	}
}
