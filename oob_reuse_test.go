//go:build linux

package uds_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// receiveFiles sends n files and receives them into m.
func receiveFiles(t *testing.T, a, b msgConn, m *uds.Message, n int) []*os.File {
	t.Helper()
	must(t, a.SendFiles(nil, devNull(t, n)...))
	m.OOB.MaxFiles = n
	must(t, b.RecvMsg(m, 0))
	if len(m.OOB.Files) != n {
		t.Fatalf("got %d files, want %d", len(m.OOB.Files), n)
	}
	return append([]*os.File(nil), m.OOB.Files...)
}

func TestReceiveClosesWhatTheLastOneLeft(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassPidFD: true})
		m := uds.Message{OOB: new(uds.OOB)}
		first := receiveFiles(t, a, b, &m, 2)
		pidfd := m.OOB.PidFD
		second := receiveFiles(t, a, b, &m, 1)
		if isOpen(first[0]) || isOpen(first[1]) || isOpen(pidfd) {
			t.Error("the first receive's files are open after the second")
		}
		must(t, m.OOB.Close())
		if isOpen(second[0]) || m.OOB.Files != nil || m.OOB.PidFD != nil {
			t.Errorf("after Close: got %+v and the file open, want an empty OOB", m.OOB)
		}
		must(t, m.OOB.Close())
	})
}

// A receive that fails has closed them too.
func TestFailedReceiveClosesWhatTheLastOneLeft(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		m := uds.Message{OOB: new(uds.OOB)}
		got := receiveFiles(t, a, b, &m, 1)
		isErr(t, "receive", b.RecvMsg(&m, uds.FlagNoWait), uds.ErrWouldBlock)
		if isOpen(got[0]) {
			t.Error("the file is open")
		}
	})
}

// A batch that fails leaves nothing of an earlier one in any of its messages.
func TestFailedBatchClosesWhatTheLastOneLeft(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, b.SetOptions(uds.Options{PassCredentials: true}))
		ms := batchOf(3, 1)
		files := devNull(t, 1)
		for range ms {
			must(t, a.SendFiles([]byte("x"), files...))
		}
		if n, err := b.RecvBatch(ms); n != len(ms) || err != nil {
			t.Fatalf("got %d, %v, want %d", n, err, len(ms))
		}
		var got []*os.File
		for i := range ms {
			got = append(got, ms[i].OOB.Files...)
		}
		must(t, b.SetReadDeadline(time.Now().Add(-time.Second)))
		_, err := b.RecvBatch(ms)
		isErr(t, "batch after the deadline", err, os.ErrDeadlineExceeded)
		for i, f := range got {
			if m := ms[i]; isOpen(f) || m.N != 0 || m.OOB.Files != nil || m.OOB.Cred != nil {
				t.Errorf("message %d: got %+v with %+v, want it empty and the file closed", i, m, m.OOB)
			}
		}
	})
}

func TestTakenFilesAreTheCallers(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		before := testutil.FDCount(t)
		m := uds.Message{OOB: new(uds.OOB)}
		receiveFiles(t, a, b, &m, 2)
		taken := m.OOB.TakeFiles()
		if len(taken) != 2 || m.OOB.Files != nil || m.OOB.TakeFiles() != nil {
			t.Fatalf("got %v and %v left, want 2 and none", taken, m.OOB.Files)
		}
		got := receiveFiles(t, a, b, &m, 2)
		m.OOB.Files[0] = nil // taken too
		must(t, m.OOB.Close())
		if !isOpen(taken[0]) || !isOpen(taken[1]) || !isOpen(got[0]) || isOpen(got[1]) {
			t.Error("want all open but the one that nobody took")
		}
		for _, f := range append(taken, got[0]) {
			must(t, f.Close())
		}
		// Two files each were sent; they are open until the test ends.
		if got := testutil.FDCount(t) - before; got != 4 {
			t.Errorf("got %d more descriptors, want 4", got)
		}
	})
}

func TestFilesThatTheCallerPutThereStayOpen(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		mine := devNull(t, 3)
		m := uds.Message{OOB: &uds.OOB{Files: mine[:2]}}
		must(t, a.SendMsg(&m, 0))
		must(t, b.RecvMsg(&uds.Message{}, 0))
		got := receiveFiles(t, a, b, &m, 2)
		m.OOB.Files[1] = mine[2]
		must(t, m.OOB.Close())
		for i, f := range mine {
			if !isOpen(f) {
				t.Errorf("file %d is closed", i)
			}
		}
		if isOpen(got[0]) {
			t.Error("the received file is open")
		}
		if !isOpen(got[1]) {
			t.Error("the file that the caller replaced is closed")
		}
		got[1].Close()
	})
}

// A received file that was taken and put back, to be sent on, stays open too.
func TestTakenFilesPutBackStayOpen(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassPidFD: true})
		m := uds.Message{OOB: new(uds.OOB)}
		got := receiveFiles(t, a, b, &m, 2)
		pidfd := m.OOB.PidFD
		m.OOB.Files = m.OOB.TakeFiles()
		must(t, b.SendMsg(&m, 0))
		must(t, m.OOB.Close())
		if !isOpen(got[0]) || !isOpen(got[1]) {
			t.Error("a taken file is closed")
		}
		if isOpen(pidfd) {
			t.Error("the pidfd, which nobody took, is open")
		}
		for _, f := range got {
			must(t, f.Close())
		}
	})
}

// A received file that the caller has moved to another place in Files is closed
// nevertheless; one that is not there any more is the caller's.
func TestMovedFilesAreClosed(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		m := uds.Message{OOB: new(uds.OOB)}
		got := receiveFiles(t, a, b, &m, 3)
		m.OOB.Files = []*os.File{got[2], got[1]}
		must(t, m.OOB.Close())
		if !isOpen(got[0]) || isOpen(got[1]) || isOpen(got[2]) {
			t.Errorf("got open %v, %v, %v, want the one that was taken", isOpen(got[0]), isOpen(got[1]), isOpen(got[2]))
		}
		got[0].Close()
	})
}

// The error of Close is that of the first file that can not be closed; the others
// are.
func TestCloseOfAnOOBHasTheFirstError(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassPidFD: true})
		m := uds.Message{OOB: new(uds.OOB)}
		got := receiveFiles(t, a, b, &m, 2)
		got[0].Close()
		m.OOB.PidFD.Close()
		err := m.OOB.Close()
		if want := got[0].Close(); !errors.Is(err, os.ErrClosed) || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
		if isOpen(got[1]) {
			t.Error("the second file is open")
		}
		must(t, m.OOB.Close())
	})
}

func TestNilOOBMethods(t *testing.T) {
	var o *uds.OOB
	if o.TakeFiles() != nil || o.Close() != nil {
		t.Error("want nothing of a nil OOB")
	}
}

// A receive removes what an earlier one said in a Message, also if it fails.
func TestReceiveEmptiesTheFacts(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		used := func(oob *uds.OOB) uds.Message {
			return uds.Message{OOB: oob, Addr: uds.MustParseAddr("@old"), N: 1, Size: 2, Truncated: true, OOBTruncated: true}
		}
		for _, oob := range []*uds.OOB{nil, {}} {
			failed := used(oob)
			isErr(t, "receive", b.RecvMsg(&failed, uds.FlagNoWait), uds.ErrWouldBlock)
			must(t, a.Send(nil))
			received := used(oob)
			must(t, b.RecvMsg(&received, 0))
			must(t, a.Send(nil))
			batch := []uds.Message{used(oob), used(nil)}
			if n, err := b.RecvBatch(batch); n != 1 || err != nil {
				t.Errorf("batch: got %d, %v, want 1", n, err)
			}
			for what, m := range map[string]uds.Message{"failed": failed, "received": received, "batch": batch[0], "rest of the batch": batch[1]} {
				if !m.Addr.IsUnnamed() || m.N != 0 || m.Size != 0 || m.Truncated || m.OOBTruncated {
					t.Errorf("%s: got %+v, want no facts", what, m)
				}
			}
		}
	})
}

// A message without ancillary data empties what is there.
func TestReceiveEmptiesOOB(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		mine := devNull(t, 1)
		must(t, a.Send(nil))
		m := uds.Message{OOB: &uds.OOB{Files: mine, Cred: new(uds.Cred), Security: "x", Time: time.Now(), Other: make([]uds.ControlMessage, 1)}}
		must(t, b.RecvMsg(&m, 0))
		o := m.OOB
		if o.Files != nil || o.Cred != nil || o.Security != "" || len(o.Other) != 0 || !o.Time.IsZero() || o.PidFD != nil {
			t.Errorf("got %+v, want nothing", o)
		}
		if !isOpen(mine[0]) {
			t.Error("the caller's file is closed")
		}
	})
}
