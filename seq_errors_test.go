//go:build linux

package uds_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"github.com/google/go-cmp/cmp"
)

func init() {
	errorSubjects = append(errorSubjects,
		errorSubject{"closed SeqConn", func(t testing.TB) any {
			a, _ := seqPair(t)
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn that waited before", func(t testing.TB) any {
			a, _ := seqPair(t)
			done := make(chan error, 1)
			go func() { done <- blockedRecv(a) }()
			parked(t, 1, ".blockedRecv(")
			must(t, a.Close())
			isErr(t, "Recv", <-done, net.ErrClosed)
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn with a deadline in the past", func(t testing.TB) any {
			a, _ := seqPair(t)
			must(t, a.SetDeadline(past))
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed SeqConn that had a tail", func(t testing.TB) any {
			a, _ := withTail(t)
			must(t, a.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"detached SeqConn", func(t testing.TB) any {
			a, _ := seqPair(t)
			f, err := a.Detach()
			must(t, err)
			must(t, f.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed DgramConn", func(t testing.TB) any {
			a, b, err := uds.DgramPair()
			must(t, err)
			must(t, a.Close())
			must(t, b.Close())
			return a
		}, net.ErrClosed},
		errorSubject{"closed bound DgramConn", func(t testing.TB) any {
			c, err := uds.ListenDgram(abstractName())
			must(t, err)
			must(t, c.Close())
			return c
		}, net.ErrClosed},
		errorSubject{"closed SeqListener", func(t testing.TB) any {
			l := seqListener(t, abstractName())
			must(t, l.Close())
			return l
		}, net.ErrClosed},
	)
}

// A RawConn that outlives its connection.
func TestRawConnAfterClose(t *testing.T) {
	a, _ := seqPair(t)
	l := seqListener(t, abstractName())
	ra, err := a.SyscallConn()
	must(t, err)
	rl, err := l.SyscallConn()
	must(t, err)
	must(t, a.Close())
	must(t, l.Close())
	done := func(uintptr) bool { return true }
	wantError(t, "Control", ra.Control(func(uintptr) {}), net.ErrClosed)
	wantError(t, "Read", ra.Read(done), net.ErrClosed)
	wantError(t, "Write", ra.Write(done), net.ErrClosed)
	wantError(t, "Control of a listener", rl.Control(func(uintptr) {}), net.ErrClosed)
	wantError(t, "Read of a listener", rl.Read(done), net.ErrClosed)
}

// After Close every call fails with net.ErrClosed, also one that has nothing to
// do and one whose arguments are wrong.
func TestClosedComesBeforeArguments(t *testing.T) {
	a, _ := seqPair(t)
	d, err := uds.NewDgram()
	must(t, err)
	must(t, a.Close())
	must(t, d.Close())
	type conn interface {
		RecvBatch([]uds.Message) (int, error)
		SendBatch([]uds.Message) (int, error)
		RecvMsg(*uds.Message, uds.Flags) error
		SendMsg(*uds.Message, uds.Flags) error
		RecvFiles([]byte, int) (int, []*os.File, error)
		SendFiles([]byte, ...*os.File) error
		WriteMsgUnix([]byte, []byte, *net.UnixAddr) (int, int, error)
		SetOptions(uds.Options) error
		SetReadTimeout(time.Duration) error
		SetWriteTimeout(time.Duration) error
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	}
	shut, err := os.Open(os.DevNull)
	must(t, err)
	must(t, shut.Close())
	for _, c := range []conn{a, d} {
		_, recvNone := c.RecvBatch(nil)
		_, sendNone := c.SendBatch(nil)
		_, _, noRoom := c.RecvFiles(nil, -1)
		_, _, network := c.WriteMsgUnix(nil, nil, &net.UnixAddr{Name: "@x", Net: "unix"})
		for what, err := range map[string]error{
			"RecvBatch of none": recvNone, "SendBatch of none": sendNone, "SetOptions of none": c.SetOptions(uds.Options{}),
			"SetOptions of Spin": c.SetOptions(uds.Options{Spin: 1}), "SetOptions below zero": c.SetOptions(uds.Options{ReadBuffer: -1}),
			"RecvMsg of nil": c.RecvMsg(nil, 0), "SendMsg of nil": c.SendMsg(nil, 0), "flags": c.SendMsg(new(uds.Message), 1<<20),
			"room below zero": noRoom, "a nil file": c.SendFiles(nil, nil), "a closed file": c.SendFiles(nil, shut), "network": network,
			"SetReadTimeout": c.SetReadTimeout(-1), "SetWriteTimeout": c.SetWriteTimeout(-1),
			"SetReadBuffer": c.SetReadBuffer(-1), "SetWriteBuffer": c.SetWriteBuffer(-1),
		} {
			wantError(t, fmt.Sprintf("%T: %s", c, what), err, net.ErrClosed)
		}
	}
	_, err = d.WriteTo(nil, &net.UDPAddr{})
	wantError(t, "WriteTo of another family", err, net.ErrClosed)
	wantError(t, "Connect to nobody", d.Connect(uds.Addr{}), net.ErrClosed)
	_, err = a.ReadFrom(strings.NewReader(""))
	wantError(t, "ReadFrom of nothing", err, net.ErrClosed)
}

// errorAddresses closes c and says what Source and Addr of its errors are.
func errorAddresses(t *testing.T, c addressedConn, path string) string {
	t.Helper()
	raw, err := c.SyscallConn()
	must(t, err)
	must(t, c.Close())
	_, file := c.File()
	_, read := c.Read(make([]byte, 1))
	_, write := c.Write(make([]byte, 1))
	var b strings.Builder
	for _, err := range []error{
		c.SetDeadline(past), c.SetReadDeadline(past), c.SetWriteDeadline(past), c.SetReadBuffer(1),
		raw.Control(func(uintptr) {}), raw.Read(func(uintptr) bool { return true }), raw.Write(func(uintptr) bool { return true }),
		c.CloseRead(), file, read, write, c.Close(),
	} {
		op := err.(*net.OpError)
		fmt.Fprint(&b, op.Op, " ", op.Net)
		for _, a := range []net.Addr{op.Source, op.Addr} {
			switch {
			case a == nil:
				b.WriteString(" nil")
			case a.String() == path:
				b.WriteString(" path")
			default:
				b.WriteString(" unnamed")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// sameErrorAddresses compares the errors of c with want, which package net has.
func sameErrorAddresses(t *testing.T, what, want string, c addressedConn, path string) {
	t.Helper()
	if diff := cmp.Diff(want, errorAddresses(t, c, path)); diff != "" {
		t.Errorf("%s (-net +uds):\n%s", what, diff)
	}
}

// addressedConn is what errorAddresses calls.
type addressedConn interface {
	net.Conn
	syscall.Conn
	CloseRead() error
	SetReadBuffer(int) error
	File() (*os.File, error)
}

// The addresses in an error are where package net has them: a setting concerns
// the socket alone, whose address is Addr; all else goes from Source to Addr.
func TestErrorAddressesAsNet(t *testing.T) {
	path := testutil.SocketPath(t)
	theirs, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: path, Net: "unixpacket"})
	must(t, err)
	client, err := net.Dial("unixpacket", path)
	must(t, err)
	accepted, err := theirs.AcceptUnix()
	must(t, err)
	wantClient, wantAccepted := errorAddresses(t, client.(*net.UnixConn), path), errorAddresses(t, accepted, path)
	must(t, theirs.Close())
	ours := seqListener(t, path)
	dialled, err := uds.DialSeq(path)
	must(t, err)
	taken, err := ours.AcceptSeq()
	must(t, err)
	sameErrorAddresses(t, "dialled connection", wantClient, dialled, path)
	sameErrorAddresses(t, "accepted connection", wantAccepted, taken, path)
}

// The same for datagrams: a socket without a peer has no address to go to.
func TestErrorAddressesOfDatagramsAsNet(t *testing.T) {
	path := testutil.SocketPath(t)
	theirs, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	client, err := net.Dial("unixgram", path)
	must(t, err)
	wantClient, wantBound := errorAddresses(t, client.(*net.UnixConn), path), errorAddresses(t, theirs, path)
	must(t, os.Remove(path))
	bound, err := uds.ListenDgram(path)
	must(t, err)
	dialled, err := uds.DialDgram(path)
	must(t, err)
	sameErrorAddresses(t, "dialled connection", wantClient, dialled, path)
	sameErrorAddresses(t, "bound socket", wantBound, bound, path)
}

// Every error that the scenarios of the other tests produce is nested alike.
func TestNestingOfWhatCallsReport(t *testing.T) {
	for _, b := range blocking {
		for _, e := range enders {
			if endOf(e.read, e.write, b.sends) == nil {
				continue
			}
			c, peer := seqPair(t)
			if b.sends {
				fillQueue(t, c)
			}
			done := make(chan error, 1)
			go func() { done <- b.call(c) }()
			parked(t, 1, "TestNestingOf")
			e.end(c, peer)
			if bad := checkNesting(<-done); bad != nil {
				t.Errorf("%s, %s: %v", b.name, e.name, bad)
			}
		}
		if c := resetPair(t); !b.sends {
			if bad := checkNesting(b.call(c)); bad != nil {
				t.Errorf("%s, reset: %v", b.name, bad)
			}
			wantError(t, "TakeError", resetPair(t).TakeError(), syscall.ECONNRESET)
		}
	}
}

// The Op of an error says whether the message stays in the queue, however many
// buffers it was for.
func TestOpOfAPeek(t *testing.T) {
	a, _ := seqPair(t)
	d, _ := dgramPair(t)
	for _, c := range []msgConn{a, d} {
		must(t, c.SetReadDeadline(past))
		for _, size := range [][][]byte{nil, buffers(1), {make([]byte, 1), make([]byte, 1)}} {
			for f, want := range map[uds.Flags]string{0: "read", uds.FlagPeek: "peek"} {
				err := c.RecvMsg(&uds.Message{Buffers: size}, f)
				wantError(t, "RecvMsg", err, os.ErrDeadlineExceeded)
				if op := err.(*net.OpError).Op; op != want {
					t.Errorf("%T, %d buffers, flags %d: got Op %q, want %q", c, len(size), f, op, want)
				}
			}
		}
	}
}
