//go:build linux

package uds_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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

// A clone has deadlines, timeouts and a lifetime of its own.
func TestCloneIsItsOwn(t *testing.T) {
	c, peer := seqPair(t)
	must(t, c.SetDeadline(past))
	must(t, c.SetReadTimeout(time.Hour))
	d, err := c.Clone()
	must(t, err)
	closeLater(t, d)
	if got := d.ReadTimeout(); got != 0 {
		t.Errorf("ReadTimeout of the clone: got %v, want 0", got)
	}
	unharmed(t, d, peer)
	isErr(t, "Recv of the original", blockedRecv(c), os.ErrDeadlineExceeded)
	done := make(chan error, 1)
	go func() { done <- blockedRecv(d) }()
	parked(t, 1, ".blockedRecv(")
	c.Cancel()
	must(t, c.Close())
	sendAll(t, peer, "x")
	if err := <-done; err != nil {
		t.Errorf("Recv of the clone: got %v, want the message", err)
	}
	unharmed(t, d, peer)
}

// A clone has its original's addresses.
func TestCloneHasTheAddresses(t *testing.T) {
	client, server := dialled(t, abstractName())
	for _, c := range []*uds.SeqConn{client, server} {
		d, err := c.Clone()
		must(t, err)
		closeLater(t, d)
		local, remote := c.LocalAddr().String(), c.RemoteAddr().String()
		if local+remote == "" || d.LocalAddr().String() != local || d.RemoteAddr().String() != remote {
			t.Errorf("got %q and %q, want %q and %q", d.LocalAddr(), d.RemoteAddr(), local, remote)
		}
	}
}

// pieceReader gives pieces of one size, each of one letter.
type pieceReader struct {
	letter byte
	left   int
}

const pieceSize = 32 << 10 // what ReadFrom asks for, or a part of it

func (r *pieceReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	return copy(p, bytes.Repeat([]byte{r.letter}, pieceSize)), nil
}

// ReadFrom is atomic a piece: others come between two pieces and never into one,
// however many messages the kernel makes it take.
func TestReadFromIsAtomicAPiece(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	must(t, a.SetWriteBuffer(1)) // The kernel's minimum: a piece is many messages.
	const pieces = 8
	done := make(chan error, 3)
	for _, letter := range []byte("xyz") {
		go func() {
			n, err := a.ReadFrom(&pieceReader{letter, pieces})
			if err == nil && n != pieces*pieceSize {
				err = fmt.Errorf("ReadFrom: got %d, want %d", n, pieces*pieceSize)
			}
			done <- err
		}()
	}
	p := make([]byte, pieceSize)
	for i := range 3 * pieces {
		_, err := io.ReadFull(b, p)
		must(t, err)
		if bytes.Count(p, p[:1]) != pieceSize {
			t.Fatalf("piece %d: got a mixture, want one caller's", i)
		}
	}
	must(t, errors.Join(<-done, <-done, <-done))
}

// Every descriptor is close-on-exec and non-blocking, also one that Fd was asked
// for.
func TestDescriptorsAreCloseOnExecAndNonBlocking(t *testing.T) {
	client, server := dialled(t, abstractName())
	a, _ := seqPair(t)
	l := seqListener(t, abstractName())
	clone, err := a.Clone()
	must(t, err)
	closeLater(t, clone)
	all := map[string]syscall.Conn{
		"Dial": client, "Accept": server, "SeqPair": a, "Listen": l, "Clone": clone, "FileSeqConn": adopt(t, a.File),
	}
	for name, get := range map[string]func() (*os.File, error){
		"File": a.File, "File of a listener": l.File, "Detach": client.Detach,
	} {
		f, err := get()
		must(t, err)
		closeLater(t, f)
		f.Fd()
		all[name] = f
	}
	delete(all, "Dial") // It was detached.
	for name, c := range all {
		rc, err := c.SyscallConn()
		must(t, err)
		flags := 0
		must(t, rc.Control(func(fd uintptr) { flags, err = unix.FcntlInt(fd, unix.F_GETFD, 0) }))
		must(t, err)
		if flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s: got no close-on-exec, want it", name)
		}
		if _, isFile := c.(*os.File); isFile && !nonblocking(t, c) {
			t.Errorf("%s: got a blocking descriptor after Fd, want a non-blocking one", name)
		}
	}
}

// Control runs when the options are set and the socket has no name yet.
func TestControlRunsBetweenOptionsAndBind(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	seen := func(ran *bool) func(string, string, syscall.RawConn) error {
		return func(_, _ string, rc syscall.RawConn) error {
			*ran = true
			return rc.Control(func(fd uintptr) {
				size, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF)
				if size != 60_000 || err != nil {
					t.Errorf("SO_SNDBUF: got %d, %v, want 60000", size, err)
				}
				if _, err := unix.Getpeername(int(fd)); err != unix.ENOTCONN {
					t.Errorf("getpeername: got %v, want ENOTCONN", err)
				}
				if sa, err := unix.Getsockname(int(fd)); err != nil || sa.(*unix.SockaddrUnix).Name != "@" { // x/sys's unnamed
					t.Errorf("getsockname: got %+v, %v, want no name", sa, err)
				}
			})
		}
	}
	o := uds.Options{WriteBuffer: 30_000}
	var dialled, listened bool
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(abstractName()), Options: o, Control: seen(&dialled)}).DialSeq(t.Context(), name)
	must(t, err)
	closeLater(t, c)
	l, err := (&uds.ListenConfig{Options: o, Control: seen(&listened)}).ListenSeq(t.Context(), abstractName())
	must(t, err)
	closeLater(t, l)
	if !dialled || !listened {
		t.Errorf("Control: got %t of the dial and %t of the listen, want both called", dialled, listened)
	}
}

// SetOptions applies the fields that are not zero, and leaves the others.
func TestSetOptionsLeavesTheOthers(t *testing.T) {
	c, _ := seqPair(t)
	must(t, c.SetOptions(uds.Options{ReadBuffer: 20_000, WriteBuffer: 30_000}))
	must(t, c.SetOptions(uds.Options{}))
	must(t, c.SetOptions(uds.Options{WriteBuffer: 40_000}))
	r, err := c.ReadBuffer()
	must(t, err)
	w, err := c.WriteBuffer()
	must(t, err)
	if r != 40_000 || w != 80_000 { // Linux doubles both.
		t.Errorf("buffers: got %d and %d, want 40000 and 80000", r, w)
	}
}

// A buffer of no bytes is the smallest there is, as with package net: only in
// Options does 0 leave the size as it is.
func TestBufferOfNoBytesIsTheSmallest(t *testing.T) {
	type conn interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
		SyscallConn() (syscall.RawConn, error)
	}
	sizes := func(c conn) (sizes [2]int) {
		must(t, c.SetReadBuffer(0))
		must(t, c.SetWriteBuffer(0))
		rc, err := c.SyscallConn()
		must(t, err)
		must(t, rc.Control(func(fd uintptr) {
			for i, opt := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF} {
				var err error
				sizes[i], err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, opt)
				must(t, err)
			}
		}))
		return sizes
	}
	theirs, _ := unixPair(t)
	want := sizes(theirs)
	seq, _ := seqPair(t)
	dgram, _ := dgramPair(t)
	for _, c := range []conn{seq, dgram} {
		if got := sizes(c); got != want {
			t.Errorf("%T: got %v, want %v", c, got, want)
		}
	}
}

// The earlier of the Dialer's timeout and the context's deadline ends a dial.
func TestDialEndsAtTheEarlierLimit(t *testing.T) {
	_, address := fullListener(t)
	for _, c := range []struct{ timeout, deadline time.Duration }{{time.Millisecond, time.Hour}, {time.Hour, time.Millisecond}} {
		ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
		_, err := (&uds.Dialer{Timeout: c.timeout}).DialSeq(ctx, address)
		wantError(t, fmt.Sprintf("timeout %v, deadline in %v", c.timeout, c.deadline), err, os.ErrDeadlineExceeded)
		cancel()
	}
}

// The timeout bounds every dial, also one that would have nothing to wait for.
func TestDialerTimeoutBoundsBothKinds(t *testing.T) {
	d := uds.Dialer{Timeout: time.Nanosecond}
	_, err := d.DialSeq(t.Context(), seqListener(t, abstractName()).Addr().String())
	wantError(t, "DialSeq", err, os.ErrDeadlineExceeded)
	c, err := d.DialDgram(t.Context(), listenDgram(t).LocalAddr().String())
	if err == nil {
		c.Close()
	}
	wantError(t, "DialDgram", err, os.ErrDeadlineExceeded)
}

// Without a LocalAddr a dialled socket stays unbound.
func TestDialledSocketStaysUnbound(t *testing.T) {
	client, _ := dialled(t, abstractName())
	if a, err := client.Sockname(); err != nil || !a.IsUnnamed() {
		t.Errorf("Sockname: got %q, %v, want the unnamed address", a, err)
	}
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
