//go:build linux

package uds

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

// Where descriptors come last, the kernel installs no more than were asked for:
// the buffer has no padding that would be room for another.
func TestControlRoomIsExact(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	options := map[uint32]int{expectCred: unix.SO_PASSCRED, 0: unix.SO_TIMESTAMPNS_NEW}
	for expect, opt := range options {
		a, b := testutil.RawPair(t)
		for _, o := range []int{unix.SO_TIMESTAMPNS_NEW, opt} {
			if err := unix.SetsockoptInt(b, unix.SOL_SOCKET, o, 1); err != nil {
				t.Fatal(err)
			}
		}
		oob := unix.UnixRights(slices.Repeat([]int{int(null.Fd())}, maxMessageFiles)...)
		for files := range maxMessageFiles + 1 {
			if err := unix.Sendmsg(a, nil, oob, nil, 0); err != nil {
				t.Fatal(err)
			}
			control := make([]byte, controlRoom(expect, files))
			_, n, flags, _, err := unix.Recvmsg(b, nil, control, unix.MSG_CMSG_CLOEXEC)
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Collect(cmsg.Rights(control[:n], sys.SolSocket, sys.ScmRights))
			if closeFDs(got); len(got) != files {
				t.Errorf("expecting %#x: got %d descriptors, want %d", expect, len(got), files)
			}
			if cut := flags&unix.MSG_CTRUNC != 0; cut != (files < maxMessageFiles) {
				t.Errorf("room for %d: got MSG_CTRUNC %v", files, cut)
			}
		}
	}
}

// What was read of the options before they changed is not kept.
func TestExpectedForgetsAReadInProgress(t *testing.T) {
	a, _ := own(t, SeqPair)
	e := &a.keeping().expect
	before := e.bits.Load()
	if err := a.SetOptions(Options{PassCredentials: true}); err != nil {
		t.Fatal(err)
	}
	e.look(a.s, before) // ends after the options changed
	if e.bits.Load()&expectKnown != 0 {
		t.Error("a read from before SetOptions was kept")
	}
	if got := e.get(a.s); got&expectCred == 0 {
		t.Errorf("got %#x, want credentials expected", got)
	}
	e.share()
	e.forget()
	if got := e.get(a.s); got != expectAll {
		t.Errorf("of a shared socket: got %#x, want %#x", got, expectAll)
	}
}

// What a SetOptions was to make arrive is not expected where it failed.
func TestExpectedForgetsWhatWasRefused(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if err := a.SetOptions(Options{PassCredentials: true, ReadBuffer: -1}); !isErrno(err, sys.EINVAL) {
		t.Fatalf("got %v, want EINVAL", err)
	}
	if got := a.keeping().expect.get(a.s); got != expectKnown|expectAge {
		t.Errorf("got %#x, want %#x", got, expectKnown|expectAge)
	}
}

// The order on which controlRoom relies: __scm_recv_common and scm_recv_unix in
// net/core/scm.c.
func TestKernelWritesPidFDBehindDescriptors(t *testing.T) {
	a, b := testutil.RawPair(t)
	for _, o := range []int{unix.SO_TIMESTAMPNS_NEW, unix.SO_PASSCRED, unix.SO_PASSPIDFD} {
		if err := unix.SetsockoptInt(b, unix.SOL_SOCKET, o, 1); err != nil {
			t.Skipf("needs a newer kernel: %v", err)
		}
	}
	if err := unix.Sendmsg(a, nil, unix.UnixRights(a, a), nil, 0); err != nil {
		t.Fatal(err)
	}
	control := make([]byte, controlRoom(expectAll, 2))
	_, n, _, _, err := unix.Recvmsg(b, nil, control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for r := cmsg.NewReader(control[:n]); r.Next(); {
		got = append(got, r.Type())
		if r.Type() == sys.ScmRights || r.Type() == sys.ScmPidfd {
			closeFDs(slices.Collect(r.Ints()))
		}
	}
	if want := []int{sys.ScmTimestamp, sys.ScmCredentials, sys.ScmRights, sys.ScmPidfd}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A datagram socket's error that a batch meets behind its messages, which the
// kernel tells but once, comes with the next batch.
func TestBatchKeepsALateError(t *testing.T) {
	a, b := own(t, DgramPair)
	if err := b.Send([]byte("unread")); err != nil {
		t.Fatal(err)
	}
	if err := a.Disconnect(); err != nil { // b is told ECONNRESET
		t.Fatal(err)
	}
	ms := make([]socket.Msg, 1)
	if n := b.more(ms); n != 0 {
		t.Errorf("got %d messages, want 0", n)
	}
	if _, err := b.RecvBatch(make([]Message, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want ECONNRESET", err)
	}
}

// Labels come with and without a NUL byte at their end.
func TestOOBShowsLabelsWithoutNUL(t *testing.T) {
	for label, want := range map[string]string{
		"": "", "\x00": "", "_": "_", "kernel\x00": "kernel", "u:r:t:s0-s0:c0.c1023\x00": "u:r:t:s0-s0:c0.c1023", "a\x00b": "a",
	} {
		b := mustAppend(nil, sys.ScmSecurity, []byte(label))
		x := newExchange()
		x.in = received{control: b, controln: len(b)}
		var o OOB
		for range 2 { // the second time it is the label that is kept
			o.begin()
			if !o.take(x, false, false) || o.Security != want || len(o.Other) != 0 {
				t.Errorf("%q: got %+v, want %q", label, o, want)
			}
		}
		o.begin()
		if x.in.controln = 0; !o.take(x, false, false) || o.Security != "" {
			t.Errorf("after %q, of a message without: got %q, want none", label, o.Security)
		}
		x.done()
		get := peerOption(func(_ int, p []byte) (int, error) { return copy(p, label), nil })
		if got, err := get.security(); got != want || err != nil {
			t.Errorf("SO_PEERSEC of %q: got %q, %v, want %q", label, got, err, want)
		}
	}
}

// An option of any size is read whole: the kernel says how much room it needs.
func TestPeerOptionGrows(t *testing.T) {
	for _, size := range []int{0, 4, 128, 132, 256, 257, 4096, 4 * 65536} {
		value := slices.Repeat([]byte("abcd"), size/4+1)[:size]
		calls := 0
		get := peerOption(func(_ int, p []byte) (int, error) {
			if calls++; len(p) < size {
				return size, sysError("getsockopt", sys.ERANGE)
			}
			return copy(p, value), nil
		})
		got, err := get.grow(sys.SoPeersec, 256)
		if string(got) != string(value) || err != nil || calls > 2 {
			t.Errorf("%d bytes: got %d, %v after %d calls", size, len(got), err, calls)
		}
	}
	broken := peerOption(func(_ int, p []byte) (int, error) { return len(p), sysError("getsockopt", sys.ERANGE) })
	if _, err := broken.grow(sys.SoPeersec, 4); !errors.Is(err, syscall.ERANGE) {
		t.Errorf("ERANGE that asks for no more: got %v, want it", err)
	}
}

// Control messages are understood in any order.
func TestAncillaryInAnyOrder(t *testing.T) {
	cred := make([]byte, 12)
	for i, v := range []uint32{5, 6, 7} {
		binary.NativeEndian.PutUint32(cred[4*i:], v)
	}
	at := make([]byte, 16)
	binary.NativeEndian.PutUint64(at, 8)
	binary.NativeEndian.PutUint64(at[8:], 9)
	parts := [][]byte{
		mustAppend(nil, sys.ScmTimestamp, at),
		mustAppend(nil, unix.SCM_CREDENTIALS, cred),
		mustAppend(nil, sys.ScmSecurity, []byte("label")),
		unix.UnixRights(10, 11),
		mustAppend(nil, unix.SCM_PIDFD, binary.NativeEndian.AppendUint32(nil, 12)),
		mustAppend(nil, 99, []byte("other")),
		unix.UnixRights(13),
	}
	var a ancillary
	permute(parts, func(order [][]byte) {
		a.parse(slices.Concat(order...))
		slices.Sort(a.files)
		if want := []int{10, 11, 13}; !slices.Equal(a.files, want) || a.bad || a.errno != 0 {
			t.Fatalf("got files %v, bad %v, want %v", a.files, a.bad, want)
		}
		if !slices.Equal(a.pidfds, []int{12}) || string(a.label) != "label" || !a.hasCred || a.cred != (cmsg.Ucred{PID: 5, UID: 6, GID: 7}) {
			t.Fatalf("got %+v, want the pidfd, the label and the credentials", a)
		}
		if !a.at.Equal(time.Unix(8, 9)) || len(a.other) != 1 || a.other[0].Type != 99 || string(a.other[0].Data) != "other" {
			t.Fatalf("got %+v, want the time and the other one", a)
		}
	})
}

// permute calls f with every order of parts.
func permute(parts [][]byte, f func([][]byte)) {
	var rest func(n int)
	rest = func(n int) {
		if n == len(parts) {
			f(parts)
			return
		}
		for i := n; i < len(parts); i++ {
			parts[n], parts[i] = parts[i], parts[n]
			rest(n + 1)
			parts[n], parts[i] = parts[i], parts[n]
		}
	}
	rest(0)
}

// movedTo is a connection whose batch has a message with a descriptor in the
// place of another, as genuine leaves it.
type movedTo struct {
	*SeqConn
	fd int
}

func (c movedTo) more(ms []socket.Msg) int {
	control, err := cmsg.AppendInts(nil, sys.SolSocket, sys.ScmRights, []int{c.fd})
	if err != nil {
		panic(err)
	}
	ms[0].N, ms[0].Control, ms[0].ControlN = 1, control, len(control)
	return 1
}

// A message that moved up to a place where no ancillary data is wanted brings no
// descriptor.
func TestBatchDropsFilesOfAMovedMessage(t *testing.T) {
	c, _ := own(t, SeqPair)
	for _, oob := range []*OOB{nil, {MaxFiles: 0}, {MaxFiles: 1}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		fd, e := sys.Dup(int(writer.Fd()))
		if e != 0 {
			t.Fatal(e)
		}
		writer.Close()
		ms := []Message{{Buffers: [][]byte{make([]byte, 1)}, OOB: oob}, {OOB: new(OOB)}}
		x := newExchange()
		if n := x.recvMore(movedTo{c, fd}, ms); n != 1 || ms[0].N != 1 || ms[0].OOBTruncated != (oob != nil && oob.MaxFiles == 0) {
			t.Errorf("got %d, %+v, want a message", n, ms[0])
		}
		x.done()
		files := oob.TakeFiles()
		if wanted := oob != nil && oob.MaxFiles > 0; wanted != (len(files) == 1) {
			t.Errorf("with %+v: got %d files", oob, len(files))
		}
		for _, f := range files {
			f.Close()
		}
		if n, err := reader.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("the pipe: got %d, %v, want its end", n, err)
		}
		reader.Close()
	}
}
