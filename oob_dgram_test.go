//go:build linux

package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

var _ msgConn = (*uds.DgramConn)(nil)

func init() {
	kinds["dgram"] = func(t testing.TB) (msgConn, msgConn) {
		a, b := dgramPair(t)
		return a, b
	}
}

// SO_PEERCRED is silent about a socket without a peer process, and the others
// have ENODATA: sk_getsockopt in net/core/sock.c.
func TestPeerOfUnconnectedDatagramSocket(t *testing.T) {
	c := newDgram(t)
	_, err := c.PeerCred()
	isErr(t, "PeerCred", err, syscall.ENOTCONN)
	_, err = c.Peer()
	isErr(t, "Peer", err, syscall.ENOTCONN)
	_, err = c.PeerGroups()
	isErr(t, "PeerGroups", err, syscall.ENOTCONN)
	if _, err = c.PeerPidFD(); !errors.Is(err, errors.ErrUnsupported) {
		isErr(t, "PeerPidFD", err, syscall.ENOTCONN)
	}
}

// The error of a message with files says, as that of one without, where it was to go.
func TestDgramErrorWithFilesNamesTheDestination(t *testing.T) {
	sender, receiver, other := newDgram(t), listenDgram(t), listenDgram(t)
	must(t, receiver.Connect(addrOf(t, other))) // it takes datagrams from no other
	for what, c := range map[string]struct {
		files []*os.File
		want  error
	}{
		"a file":         {devNull(t, 1), syscall.EPERM},
		"no file":        {nil, syscall.EPERM},
		"a nil file":     {[]*os.File{nil}, syscall.EINVAL},
		"too many files": {devNull(t, 254), syscall.EINVAL},
	} {
		m := uds.Message{Addr: addrOf(t, receiver), OOB: &uds.OOB{Files: c.files}}
		_, batch := sender.SendBatch([]uds.Message{m})
		for _, err := range []error{sender.SendMsg(&m, 0), batch} {
			wantError(t, what, err, c.want)
			if got := err.(*net.OpError).Addr; got == nil || got.String() != addrOf(t, receiver).String() {
				t.Errorf("%s: got Addr %v of %v, want %v", what, got, err, addrOf(t, receiver))
			}
		}
	}
}

func TestDgramMessagesHaveAddresses(t *testing.T) {
	a, b := listenDgram(t), listenDgram(t)
	nobody := newDgram(t)
	in := uds.Message{Buffers: buffers(10), OOB: &uds.OOB{MaxFiles: 1}}
	for sender, want := range map[*uds.DgramConn]uds.Addr{a: addrOf(t, a), nobody: {}} {
		out := uds.Message{Addr: addrOf(t, b), OOB: &uds.OOB{Files: devNull(t, 1)}}
		must(t, sender.SendMsg(&out, 0))
		must(t, b.RecvMsg(&in, 0))
		if in.Addr != want || len(in.OOB.Files) != 1 || in.N != 0 {
			t.Errorf("RecvMsg: got %v, %v, want %v and a file", in.Addr, in.OOB, want)
		}
		_, _, err := sender.WriteMsgUnix(nil, nil, b.LocalAddr().(*net.UnixAddr))
		must(t, err)
		_, _, _, from, err := b.ReadMsgUnix(nil, nil)
		must(t, err)
		if got, err := uds.AddrOf(from); got != want || err != nil {
			t.Errorf("ReadMsgUnix: got %v, want %v", from, want)
		}
		n, err := sender.SendBatch([]uds.Message{out, out})
		if n != 2 || err != nil {
			t.Errorf("SendBatch: got %d, %v, want 2, nil", n, err)
		}
		ms := batchOf(3, 1)
		n, err = b.RecvBatch(ms)
		if n != 2 || err != nil || ms[0].Addr != want || ms[1].Addr != want || len(ms[1].OOB.Files) != 1 {
			t.Errorf("RecvBatch: got %d, %v, %v and %v, want 2 from %v", n, err, ms[0].Addr, ms[1].Addr, want)
		}
		for i := range ms {
			must(t, ms[i].OOB.Close())
		}
	}
	must(t, in.OOB.Close())
}

func TestDgramAddressesOfOtherKinds(t *testing.T) {
	a := listenDgram(t)
	path := uds.MustParseAddr(testutil.SocketPath(t))
	err := a.SendMsg(&uds.Message{Addr: path}, 0)
	isErr(t, "nobody there", err, syscall.ENOENT)
	_, _, err = a.WriteMsgUnix(nil, nil, &net.UnixAddr{Name: "a\x00b", Net: "unixgram"})
	isErr(t, "bad path", err, syscall.EINVAL)
	isErr(t, "no peer", a.SendMsg(&uds.Message{}, 0), syscall.ENOTCONN)
}

// A dialled connection takes nil and zero addresses, where package net refuses them.
func TestDgramWriteMsgUnixOnDialledConn(t *testing.T) {
	b := listenDgram(t)
	a := dialDgram(t, b)
	for _, addr := range []*net.UnixAddr{nil, {}, {Net: "unixgram"}, b.LocalAddr().(*net.UnixAddr)} {
		_, _, err := a.WriteMsgUnix([]byte("x"), rights(t, 1), addr)
		must(t, err)
		n, files, err := b.RecvFiles(make([]byte, 2), 1)
		if n != 1 || len(files) != 1 || err != nil {
			t.Fatalf("got %d, %d files, %v, want 1, 1, nil", n, len(files), err)
		}
		files[0].Close()
	}
}

func TestDgramEndAfterCloseRead(t *testing.T) {
	a, b := dgramPair(t)
	must(t, a.Send([]byte("x")))
	must(t, a.Send(nil))
	must(t, b.CloseRead())
	in := batchOf(8, 1)
	n, err := b.RecvBatch(in)
	if got, want := summary(in[:n]), `"x", ""`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if n, err := b.RecvBatch(in); n != 0 || err != io.EOF {
		t.Errorf("RecvBatch: got %d, %v, want 0 and bare io.EOF", n, err)
	}
	if _, _, _, _, err := b.ReadMsgUnix(nil, nil); err != io.EOF {
		t.Errorf("ReadMsgUnix: got %v, want bare io.EOF", err)
	}
	if err := b.RecvMsg(&in[0], 0); err != io.EOF {
		t.Errorf("RecvMsg: got %v, want bare io.EOF", err)
	}
}

func TestDgramOptionsHoldForEveryMessage(t *testing.T) {
	for _, o := range passOptions() {
		lc := uds.ListenConfig{Options: o}
		b, err := lc.ListenDgram(context.Background(), abstractName())
		if !unlessUnsupported(t, err) {
			continue
		}
		d := uds.Dialer{Options: o}
		a, err := d.DialDgram(context.Background(), addrOf(t, b).String())
		must(t, err)
		guarded(t, a, b)
		must(t, a.SendFiles([]byte("to b"), devNull(t, 1)...))
		checkOOB(t, b, o)
		must(t, b.SendMsg(&uds.Message{Addr: addrOf(t, a)}, 0))
		checkOOB(t, a, o)
		a.Close()
		b.Close()
	}
}
