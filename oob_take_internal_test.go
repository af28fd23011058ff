//go:build linux

package uds

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

// takeOf makes an OOB with room for one file take what a receive brought.
func takeOf(control []byte, flags int) (o *OOB, whole bool) {
	x := newExchange()
	defer x.done()
	x.in = received{control: control, controln: len(control), flags: flags}
	o = &OOB{MaxFiles: 1}
	o.begin()
	return o, o.take(x, true, false)
}

// pipeEnd is a descriptor for a control message, and a function that reports
// whether it is closed.
func pipeEnd(t *testing.T) (fd int, closed func() bool) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	defer writer.Close()
	fd, e := sys.Dup(int(writer.Fd()))
	if e != 0 {
		t.Fatal(e)
	}
	return fd, func() bool {
		fds := []unix.PollFd{{Fd: int32(reader.Fd())}}
		n, err := unix.Poll(fds, 0)
		return err == nil && n == 1 && fds[0].Revents&unix.POLLHUP != 0
	}
}

// A control message of a size that its kind does not have is no ancillary data:
// it is reported, and the descriptors beside it are closed.
func TestMisshapenControlMessageKeepsNoFiles(t *testing.T) {
	for what, part := range map[string][]byte{
		"credentials": mustAppend(nil, sys.ScmCredentials, make([]byte, 8)),
		"timestamp":   mustAppend(nil, sys.ScmTimestamp, make([]byte, 12)),
	} {
		fd, closed := pipeEnd(t)
		o, whole := takeOf(slices.Concat(part, unix.UnixRights(fd)), 0)
		if whole || o.Files != nil || o.Cred != nil || !o.Time.IsZero() {
			t.Errorf("%s: got whole %v and %+v, want a truncation and nothing", what, whole, o)
		}
		if !closed() {
			t.Errorf("%s: the descriptor is open", what)
		}
		o.Close()
	}
}

// A pidfd that the kernel had no descriptor or memory for is missing; one of a
// process that is gone is not.
func TestPidFDThatCouldNotBeMade(t *testing.T) {
	for errno, want := range map[sys.Errno]bool{
		sys.EMFILE: false, sys.ENFILE: false, sys.ENOMEM: false, unix.ESRCH: true, sys.EINVAL: true,
	} {
		o, whole := takeOf(mustAppend(nil, sys.ScmPidfd, binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))), 0)
		if whole != want || o.PidFD != nil {
			t.Errorf("%v: got whole %v and %v, want %v and none", errno, whole, o.PidFD, want)
		}
	}
}

// Of several pidfds, which no kernel sends, one is kept.
func TestSecondPidFDIsClosed(t *testing.T) {
	first, firstClosed := pipeEnd(t)
	second, secondClosed := pipeEnd(t)
	var b []byte
	for _, fd := range []int{first, second} {
		b = mustAppend(b, sys.ScmPidfd, binary.NativeEndian.AppendUint32(nil, uint32(fd)))
	}
	o, whole := takeOf(b, 0)
	if !whole || o.PidFD == nil || firstClosed() || !secondClosed() {
		t.Errorf("got whole %v, the pidfd %v, closed %v and %v, want the first", whole, o.PidFD, firstClosed(), secondClosed())
	}
	if err := o.Close(); err != nil || !firstClosed() {
		t.Errorf("Close: got %v, closed %v", err, firstClosed())
	}
}

// Of ancillary data that did not fit, what may be a part of something is left out.
func TestCutAncillaryDataHasNoParts(t *testing.T) {
	b := slices.Concat(mustAppend(nil, sys.ScmSecurity, []byte("label")), mustAppend(nil, 99, []byte("other")))
	if o, whole := takeOf(b, 0); !whole || o.Security != "label" || len(o.Other) != 1 {
		t.Errorf("whole: got %v, %+v, want the label and the other one", whole, o)
	}
	if o, whole := takeOf(b, socket.MsgCtrunc); whole || o.Security != "" || o.Other != nil {
		t.Errorf("cut: got %v, %+v, want neither", whole, o)
	}
}

// What SetOptions is about to make arrive is expected before the kernel has it,
// and asked of the kernel afterwards.
func TestExpectedHasWhatIsAnnounced(t *testing.T) {
	for _, c := range []struct {
		o   Options
		bit uint32
	}{
		{Options{PassCredentials: true}, expectCred},
		{Options{PassPidFD: true}, expectPidFD},
		{Options{PassSecurity: true}, expectSecurity},
	} {
		var e expected
		e.bits.Store(expectKnown)
		e.announce(c.o.expected())
		if got := e.get(nil); got != expectKnown|c.bit {
			t.Errorf("%+v: got %#x, want %#x", c.o, got, expectKnown|c.bit)
		}
		e.forget()
		if got := e.bits.Load() & (expectKnown | expectAll); got != 0 {
			t.Errorf("%+v, afterwards: got %#x, want none", c.o, got)
		}
	}
}

// Each option that a Control function may have set is looked at.
func TestExpectedLooksAtEveryOption(t *testing.T) {
	for opt, want := range map[int]uint32{
		sys.SoPasscred: expectCred, sys.SoPasspidfd: expectPidFD, sys.SoPasssec: expectSecurity, sys.SoTimestamping: expectOther,
	} {
		s, err := socket.New(sys.AFUnix, sys.SockDgram, 0)
		if err != nil {
			t.Fatal(err)
		}
		value := 1
		if opt == sys.SoTimestamping {
			value = unix.SOF_TIMESTAMPING_SOFTWARE
		}
		err = socket.Lacking(s.SetInt(sys.SolSocket, opt, value))
		var e expected
		switch got := e.get(s) & expectAll; {
		case errors.Is(err, errors.ErrUnsupported):
			t.Logf("the kernel lacks option %d: %v", opt, err)
		case err != nil:
			t.Error(err)
		case got != want:
			t.Errorf("option %d: got %#x, want %#x", opt, got, want)
		}
		s.Close()
	}
}

// Where the kernel does not tell, everything may arrive.
func TestExpectedOfASocketThatDoesNotTell(t *testing.T) {
	s, err := socket.New(sys.AFUnix, sys.SockDgram, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	var e expected
	if got := e.get(s) & expectAll; got != expectAll {
		t.Errorf("got %#x, want %#x", got, expectAll)
	}
}

// What somebody else has asked for without the connection's knowledge cuts one
// message, and the next has room for it.
func TestOptionsAreLookedAtAgainAfterATruncation(t *testing.T) {
	a, b := own(t, SeqPair)
	m := Message{Buffers: [][]byte{make([]byte, 1)}, OOB: &OOB{MaxFiles: 1}}
	defer m.OOB.Close()
	for i, want := range []error{nil, ErrOOBTruncated, nil} {
		if i == 1 {
			if err := b.s.SetBool(sys.SolSocket, sys.SoPasscred, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.SendFiles([]byte("x"), os.Stdin); err != nil {
			t.Fatal(err)
		}
		if err := b.RecvMsg(&m, 0); !errors.Is(err, want) || (want == nil) != (len(m.OOB.Files) == 1) {
			t.Errorf("message %d: got %+v, %v, want %v", i, m.OOB, err, want)
		}
	}
	if m.OOB.Cred == nil || m.OOB.Cred.PID != os.Getpid() {
		t.Errorf("got %+v, want this process", m.OOB.Cred)
	}
}

// Control messages that were received and do not fit the caller's buffer count as
// cut, whatever the kernel's flags say.
func TestControlMessagesThatAreNotHandedOnAreCut(t *testing.T) {
	fd, closed := pipeEnd(t)
	x := newExchange()
	defer x.done()
	control := unix.UnixRights(fd)
	n, flags, err := x.handOn(control, make([]byte, len(control)-1), socket.MsgTrunc)
	if n != 0 || flags != socket.MsgTrunc|socket.MsgCtrunc || !errors.Is(err, ErrOOBTruncated) || !closed() {
		t.Errorf("got %d, %#x, %v, closed %v, want 0, both flags, ErrOOBTruncated", n, flags, err, closed())
	}
}
