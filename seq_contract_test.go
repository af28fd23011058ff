//go:build linux

package uds_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
)

// messageReceives are the calls that receive one message of at most 64 bytes, or
// look at it, each with what it leaves in the queue.
var messageReceives = []struct {
	name  string
	peeks bool
	call  func(c *uds.SeqConn) (string, error)
}{
	{"RecvMsg", false, func(c *uds.SeqConn) (string, error) { return recvScattered(c, 0) }},
	{"RecvMsg without waiting", false, func(c *uds.SeqConn) (string, error) { return recvScattered(c, uds.FlagNoWait) }},
	{"RecvMsg that peeks", true, func(c *uds.SeqConn) (string, error) { return recvScattered(c, uds.FlagPeek) }},
	{"RecvBatch", false, func(c *uds.SeqConn) (string, error) {
		ms := []uds.Message{{Buffers: [][]byte{make([]byte, 64)}, OOB: &uds.OOB{MaxFiles: 1}}}
		if _, err := c.RecvBatch(ms); err != nil {
			return "", err
		}
		return gathered(&ms[0]), wantNoFiles(ms[0].OOB.Files)
	}},
	{"RecvFiles", false, func(c *uds.SeqConn) (string, error) {
		p := make([]byte, 64)
		n, files, err := c.RecvFiles(p, 1)
		if err != nil {
			return "", err
		}
		return string(p[:n]), wantNoFiles(files)
	}},
	{"ReadMsgUnix", false, func(c *uds.SeqConn) (string, error) {
		p, oob := make([]byte, 64), make([]byte, 64)
		n, oobn, flags, _, err := c.ReadMsgUnix(p, oob)
		if err == nil && oobn+flags != 0 {
			err = fmt.Errorf("ReadMsgUnix: got oobn %d, flags %#x, want none", oobn, flags)
		}
		return string(p[:n]), err
	}},
}

// recvScattered receives into buffers of 1, 0 and 63 bytes.
func recvScattered(c *uds.SeqConn, f uds.Flags) (string, error) {
	m := uds.Message{Buffers: [][]byte{make([]byte, 1), nil, make([]byte, 63)}}
	if f&uds.FlagPeek == 0 {
		m.OOB = &uds.OOB{MaxFiles: 1}
		defer m.OOB.Close()
	}
	err := c.RecvMsg(&m, f)
	if err == nil && (m.Size != m.N || m.Truncated || m.OOBTruncated) {
		err = fmt.Errorf("RecvMsg: got %+v, want a whole message", m)
	}
	if err == nil && m.OOB != nil {
		err = wantNoFiles(m.OOB.Files)
	}
	return gathered(&m), err
}

// gathered is what m has received.
func gathered(m *uds.Message) string { return string(bytes.Join(m.Buffers, nil)[:m.N]) }

func wantNoFiles(files []*os.File) error {
	for _, f := range files {
		f.Close()
	}
	if len(files) != 0 {
		return fmt.Errorf("got %d files, want none", len(files))
	}
	return nil
}

// Each sees the tail first, as the rest of its message and without the files
// that came with it.
func TestTailThenEveryReceive(t *testing.T) {
	for _, r := range messageReceives {
		peer, c := seqPair(t)
		guarded(t, c)
		must(t, peer.SendFiles([]byte("0123456789"), os.Stdin))
		sendAll(t, peer, "next")
		_, err := c.Read(make([]byte, 4))
		must(t, err)
		if got, err := r.call(c); got != "456789" || err != nil {
			t.Errorf("%s: got %q, %v, want \"456789\"", r.name, got, err)
		}
		if r.peeks {
			wantBuffered(t, c, 6)
			wantRecvs(t, c, `"456789"`)
		}
		wantBuffered(t, c, 0)
		if got, err := r.call(c); got != "next" || err != nil {
			t.Errorf("%s: got %q, %v, want \"next\"", r.name, got, err)
		}
	}
}

// The rest of a message is cut as a message is, with the facts beside the error.
func TestTailThenSmallRecvMsg(t *testing.T) {
	c, _ := withTail(t)
	m := uds.Message{Buffers: [][]byte{make([]byte, 1), make([]byte, 1)}}
	var cut *uds.TruncatedError
	if err := c.RecvMsg(&m, 0); !errors.As(err, &cut) || cut.Size != 6 || m.N != 2 || m.Size != 6 || !m.Truncated || gathered(&m) != "45" {
		t.Errorf("RecvMsg: got %+v, %v, want \"45\" of 6 bytes and a TruncatedError", m, err)
	}
	wantRecvs(t, c, `"next"`)
}

func TestDeadlineWinsOverTheTailForEveryReceive(t *testing.T) {
	for _, r := range messageReceives {
		c, _ := withTail(t)
		must(t, c.SetReadDeadline(past))
		_, err := r.call(c)
		wantError(t, r.name, err, os.ErrDeadlineExceeded)
		wantBuffered(t, c, 6)
		must(t, c.SetReadDeadline(time.Time{}))
		wantRecvs(t, c, `"456789"`, `"next"`)
	}
}

// The end is bare io.EOF, each time, and an empty message before it is none.
func TestEndOfEveryReceive(t *testing.T) {
	for _, r := range messageReceives {
		a, b := seqPair(t)
		sendAll(t, a, "", "")
		must(t, a.Close())
		for range 2 {
			if got, err := r.call(b); got != "" || err != nil {
				t.Errorf("%s of an empty message: got %q, %v, want nothing and nil", r.name, got, err)
			}
			if r.peeks {
				wantRecvs(t, b, `""`)
			}
		}
		for range 3 {
			if got, err := r.call(b); got != "" || err != io.EOF {
				t.Errorf("%s: got %q, %v, want io.EOF itself", r.name, got, err)
			}
		}
	}
}

// The reset is told once, by whichever receive has nothing else to deliver.
func TestResetIsReportedOnceByEveryReceive(t *testing.T) {
	for _, r := range messageReceives {
		b := resetPair(t, "reply")
		if got, err := r.call(b); got != "reply" || err != nil {
			t.Errorf("%s: got %q, %v, want the reply first", r.name, got, err)
		}
		if r.peeks {
			wantRecvs(t, b, `"reply"`)
		}
		_, err := r.call(b)
		isErr(t, r.name, err, syscall.ECONNRESET)
		if got := recvRest(b); got != "EOF EOF" {
			t.Errorf("Recv after %s: got %s, want EOF EOF", r.name, got)
		}
	}
}

// FlagNoWait waits for nothing: neither for the peer, nor for another caller.
func TestNoWaitBesideAnotherCaller(t *testing.T) {
	c, peer := seqPair(t)
	fillQueue(t, c)
	done := make(chan error, 2)
	go func() { done <- blockedRecv(c) }()
	go func() { done <- seqBlockedSend(c) }()
	parked(t, 1, ".blockedRecv(")
	parked(t, 1, ".seqBlockedSend(")
	wantError(t, "RecvMsg", c.RecvMsg(&uds.Message{}, uds.FlagNoWait), uds.ErrWouldBlock)
	wantError(t, "RecvMsg that peeks", c.RecvMsg(&uds.Message{}, uds.FlagNoWait|uds.FlagPeek), uds.ErrWouldBlock)
	wantError(t, "SendMsg", c.SendMsg(&uds.Message{}, uds.FlagNoWait), uds.ErrWouldBlock)
	drain(t, peer)
	sendAll(t, peer, "x")
	must(t, errors.Join(<-done, <-done))
}

// A peek brings no ancillary data: the kernel would install each descriptor
// twice.
func TestPeekWithOOBIsRefused(t *testing.T) {
	c, peer := seqPair(t)
	sendAll(t, peer, "x")
	wantError(t, "RecvMsg", c.RecvMsg(&uds.Message{OOB: new(uds.OOB)}, uds.FlagPeek), syscall.EINVAL, "FlagPeek")
	wantRecvs(t, c, `"x"`)
}

// An address that is absent is a true nil, never a typed one.
func TestAddressesOfNothing(t *testing.T) {
	var c *uds.SeqConn
	var l *uds.SeqListener
	for name, got := range map[string]net.Addr{
		"LocalAddr": c.LocalAddr(), "RemoteAddr": c.RemoteAddr(), "Addr": l.Addr(),
		"LocalAddr of a zero SeqConn": new(uds.SeqConn).LocalAddr(), "Addr of a zero SeqListener": new(uds.SeqListener).Addr(),
	} {
		if got != nil {
			t.Errorf("%s: got %#v, want nil", name, got)
		}
	}
}

// A connection that nothing happened to has no error to take.
func TestTakeErrorOfAHealthyConnection(t *testing.T) {
	c, _ := seqPair(t)
	must(t, c.TakeError())
}
