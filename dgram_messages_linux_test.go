package uds_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestDgramMessageBoundaries(t *testing.T) {
	a, b := dgramPair(t)
	sizes := []int{1, 0, 1000, 65536, 0, 0, 3, 7}
	for i, size := range sizes {
		if n, err := a.Write(bytes.Repeat([]byte{byte(i)}, size)); n != size || err != nil {
			t.Fatalf("Write: got %d, %v, want %d and no error", n, err, size)
		}
	}
	p := make([]byte, 1<<17)
	for i, size := range sizes {
		n, err := b.Read(p)
		if n != size || err != nil {
			t.Fatalf("Read: got %d, %v, want %d and no error", n, err, size)
		}
		if want := bytes.Repeat([]byte{byte(i)}, size); !bytes.Equal(p[:n], want) {
			t.Errorf("datagram %d: got other bytes than were sent", i)
		}
	}
}

func TestDgramEmptyDatagrams(t *testing.T) {
	receiver, sender := listenDgram(t), listenDgram(t)
	to, p := addrOf(t, receiver), make([]byte, 10)
	reads := map[string]func() (int, error){
		"Read":         func() (int, error) { return receiver.Read(p) },
		"Recv":         func() (int, error) { return receiver.Recv(p) },
		"Recv of nil":  func() (int, error) { return receiver.Recv(nil) },
		"ReadFrom":     func() (int, error) { n, _, err := receiver.ReadFrom(p); return n, err },
		"ReadFromUnix": func() (int, error) { n, _, err := receiver.ReadFromUnix(p); return n, err },
		"ReadFromAddr": func() (int, error) { n, _, err := receiver.ReadFromAddr(p); return n, err },
		"NextSize":     receiver.NextSize,
	}
	for name, read := range reads {
		sendString(t, sender, "", to)
		if n, err := read(); n != 0 || err != nil {
			t.Errorf("%s of an empty datagram: got %d, %v, want 0 and no error", name, n, err)
		}
	}
	recvString(t, receiver) // that of NextSize
	if n, err := receiver.Readable(); n != 0 || err != nil {
		t.Errorf("Readable: got %d, %v, want 0 and no error", n, err)
	}
}

// An empty Read takes no datagram and waits for none: what package net does.
func TestDgramReadIntoNothingTakesNothing(t *testing.T) {
	theirs, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: testutil.SocketPath(t), Net: "unixgram"})
	must(t, err)
	closeLater(t, theirs)
	must(t, theirs.SetDeadline(time.Now().Add(safety)))
	for name, c := range map[string]net.Conn{"net": theirs, "uds": listenDgram(t)} {
		read := func(when string, p []byte, want string) {
			t.Helper()
			if n, err := c.Read(p); string(p[:n]) != want || err != nil {
				t.Errorf("%s, %s: got %q, %v, want %q and no error", name, when, p[:n], err, want)
			}
		}
		read("nothing queued", nil, "")
		to, err := uds.AddrOf(c.LocalAddr())
		must(t, err)
		sendString(t, newDgram(t), "queued", to)
		read("a datagram queued", nil, "")
		read("behind it", make([]byte, 9), "queued")
	}
}

func TestDgramReadCutsSilentlyAndRecvTells(t *testing.T) {
	a, b := dgramPair(t)
	p := make([]byte, 3)
	cut := func(name string, read func() (int, error)) {
		t.Helper()
		must(t, a.Send([]byte("abcdef")))
		n, err := read()
		if n != 3 || err != nil || string(p) != "abc" {
			t.Errorf("%s: got %d, %v and %q, want 3, no error and abc", name, n, err, p)
		}
	}
	cut("Read", func() (int, error) { return b.Read(p) })
	cut("ReadFrom", func() (int, error) { n, _, err := b.ReadFrom(p); return n, err })
	cut("ReadFromUnix", func() (int, error) { n, _, err := b.ReadFromUnix(p); return n, err })
	cut("ReadFromAddr", func() (int, error) { n, _, err := b.ReadFromAddr(p); return n, err })

	for name, recv := range map[string]func([]byte) (int, error){"Peek": b.Peek, "Recv": b.Recv} {
		must(t, a.Send([]byte("abcdef")))
		n, err := recv(p)
		var cut *uds.TruncatedError
		if n != 3 || !errors.As(err, &cut) || cut.Size != 6 || !errors.Is(err, uds.ErrTruncated) {
			t.Errorf("%s: got %d, %v, want 3 and a TruncatedError of 6 bytes", name, n, err)
		}
		if name == "Peek" {
			recvString(t, b)
		}
	}
}

func TestDgramPeekNextSizeReadable(t *testing.T) {
	a, b := dgramPair(t)
	must(t, a.Send([]byte("first")))
	must(t, a.Send([]byte("second one")))
	if n, err := b.NextSize(); n != 5 || err != nil {
		t.Errorf("NextSize: got %d, %v, want 5 and no error", n, err)
	}
	if n, err := b.Readable(); n != 5 || err != nil {
		t.Errorf("Readable: got %d, %v, want 5 and no error", n, err)
	}
	p := make([]byte, 100)
	if n, err := b.Peek(p); string(p[:n]) != "first" || err != nil {
		t.Errorf("Peek: got %q, %v, want first and no error", p[:n], err)
	}
	for _, want := range []string{"first", "second one"} {
		if got := recvString(t, b); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDgramTooLargeSaysTheLimit(t *testing.T) {
	a, b := dgramPair(t)
	size, err := a.WriteBuffer()
	must(t, err)
	limit := size - 32
	for name, send := range map[string]func(p []byte) error{
		"Write":       func(p []byte) error { _, err := a.Write(p); return err },
		"Send":        a.Send,
		"SendMsg":     func(p []byte) error { return a.SendMsg(&uds.Message{Buffers: [][]byte{p}}, 0) },
		"WriteToAddr": func(p []byte) error { _, err := a.WriteToAddr(p, addrOf(t, listenDgram(t))); return err },
	} {
		err := send(make([]byte, limit+1))
		if !errors.Is(err, syscall.EMSGSIZE) || !strings.Contains(fmt.Sprint(err), fmt.Sprint(limit)) {
			t.Errorf("%s of a byte more than fits: got %v, want EMSGSIZE that says %d", name, err, limit)
		}
	}
	must(t, a.Send(make([]byte, limit)))
	if n, err := b.NextSize(); n != limit || err != nil {
		t.Errorf("the largest: got %d, %v, want %d and no error", n, err, limit)
	}
}

// unix_dgram_sendmsg and unix_dgram_poll in net/unix/af_unix.c do not look at
// the queue of a peer that is connected to the sender.
func TestDgramQueueLength(t *testing.T) {
	b, err := os.ReadFile("/proc/sys/net/unix/max_dgram_qlen")
	if err != nil {
		t.Skip(err)
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(b)))
	must(t, err)
	receiver, sender := listenDgram(t), newDgram(t)
	if n := fill(t, sender, addrOf(t, receiver), []byte("x")); n != limit+1 {
		t.Errorf("sent %d datagrams, want %d", n, limit+1)
	}
	x, _ := dgramPair(t)
	must(t, x.SetWriteBuffer(1<<20))
	if n := fill(t, x, uds.Addr{}, []byte("x")); n <= limit+1 {
		t.Errorf("sent %d datagrams to a mutual peer, want more than %d", n, limit+1)
	}
}

func TestDgramWriteMsgUnixOnADialledConn(t *testing.T) {
	server := listenDgram(t)
	client := dialDgram(t, server)
	for _, addr := range []*net.UnixAddr{nil, addrOf(t, server).UnixAddr("unixgram")} {
		if n, _, err := client.WriteMsgUnix([]byte("abc"), nil, addr); n != 3 || err != nil {
			t.Errorf("WriteMsgUnix to %v: got %d, %v, want 3 and no error", addr, n, err)
		}
		p := make([]byte, 10)
		n, _, _, from, err := server.ReadMsgUnix(p, nil)
		if n != 3 || err != nil || from.String() != client.LocalAddr().String() {
			t.Errorf("ReadMsgUnix: got %d, %v from %v, want 3 from %v", n, err, from, client.LocalAddr())
		}
	}
}
