//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// passOptions are all combinations of what can arrive besides descriptors.
func passOptions() []uds.Options {
	var all []uds.Options
	for i := range 16 {
		all = append(all, uds.Options{
			PassCredentials: i&1 != 0,
			PassPidFD:       i&2 != 0,
			PassSecurity:    i&4 != 0,
			Timestamps:      i&8 != 0,
		})
	}
	return all
}

var everything = uds.Options{PassCredentials: true, PassPidFD: true, PassSecurity: true, Timestamps: true}

// Whatever else arrives, there is room for exactly MaxFiles descriptors, and
// none is left behind.
func TestFilesArriveWholeOrNotAtAll(t *testing.T) {
	files := devNull(t, 253)
	eachKind(t, func(t *testing.T, pair pairOf) {
		for _, o := range passOptions() {
			t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
				a, b := pair(t)
				setOptions(t, b, o)
				counts, rooms := []int{0, 1, 2, 3, 253}, []int{0, 1, 2}
				if o == (uds.Options{}) || o == everything {
					counts, rooms = []int{0, 1, 2, 3, 4, 7, 252, 253}, []int{0, 1, 2, 3, 253}
				}
				for _, count := range counts {
					for _, room := range rooms {
						exchangeFiles(t, a, b, o, files[:count], room)
					}
				}
			})
		}
	})
}

// exchangeFiles sends files and receives them with so much room.
func exchangeFiles(t *testing.T, a, b msgConn, o uds.Options, files []*os.File, room int) {
	t.Helper()
	before := testutil.FDCount(t)
	must(t, a.SendFiles([]byte("payload"), files...))
	m := uds.Message{Buffers: buffers(20), OOB: &uds.OOB{MaxFiles: room}}
	err := b.RecvMsg(&m, 0)
	if payload(&m) != "payload" || m.Size != 7 || m.Truncated {
		t.Errorf("got payload %q of %d bytes, truncated %v", payload(&m), m.Size, m.Truncated)
	}
	want, wantErr := len(files), error(nil)
	if want > room {
		want, wantErr = 0, uds.ErrOOBTruncated
	}
	what := fmt.Sprintf("%d files, room for %d", len(files), room)
	if !errors.Is(err, wantErr) || m.OOBTruncated != (wantErr != nil) || len(m.OOB.Files) != want {
		t.Errorf("%s: got %d, error %v, OOBTruncated %v, want %d, %v", what, len(m.OOB.Files), err, m.OOBTruncated, want, wantErr)
	}
	if wantErr == nil && o.PassPidFD {
		want++
	}
	if got := testutil.FDCount(t) - before; got != want {
		t.Errorf("%s: got %d more descriptors, want %d", what, got, want)
	}
	if (m.OOB.Cred != nil) != o.PassCredentials || (m.OOB.PidFD != nil) != (o.PassPidFD && wantErr == nil) ||
		m.OOB.Time.IsZero() == o.Timestamps || len(m.OOB.Other) != 0 {
		t.Errorf("%s: got %+v, want what %+v asks for", what, m.OOB, o)
	}
	must(t, m.OOB.Close())
	if got := testutil.FDCount(t) - before; got != 0 {
		t.Errorf("%s: got %d more descriptors after Close, want 0", what, got)
	}
}

func TestReceivedFilesAreTheSentOnes(t *testing.T) {
	dir := t.TempDir()
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		files := []*os.File{openFile(t, dir), openFile(t, os.DevNull), openFile(t, "/dev/zero")}
		must(t, a.SendFiles([]byte("x"), files...))
		n, got, err := b.RecvFiles(make([]byte, 10), 3)
		if n != 1 || len(got) != 3 || err != nil {
			t.Fatalf("got %d bytes, %d files, %v, want 1, 3, nil", n, len(got), err)
		}
		for i, f := range got {
			sameFile(t, f, files[i])
			f.Close()
		}
	})
}

// Descriptors come with an empty message and without an error, unlike from package
// net.
func TestFilesOnEmptyMessage(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, a.SendFiles(nil, devNull(t, 2)...))
		must(t, a.SendMsg(&uds.Message{OOB: &uds.OOB{}}, 0))
		n, files, err := b.RecvFiles(make([]byte, 10), 2)
		if n != 0 || len(files) != 2 || err != nil {
			t.Errorf("got %d bytes, %d files, %v, want 0, 2, nil", n, len(files), err)
		}
		for _, f := range files {
			f.Close()
		}
		if n, files, err := b.RecvFiles(nil, 1); n != 0 || len(files) != 0 || err != nil {
			t.Errorf("empty message: got %d bytes, %d files, %v, want 0, 0, nil", n, len(files), err)
		}
	})
}

func TestEndIsNotAnEmptyMessageWithFiles(t *testing.T) {
	a, b := seqPair(t)
	must(t, a.SendFiles(nil, devNull(t, 1)...))
	a.Close()
	_, files, err := b.RecvFiles(nil, 1)
	if len(files) != 1 || err != nil {
		t.Fatalf("got %d files, %v, want 1, nil", len(files), err)
	}
	files[0].Close()
	if _, files, err := b.RecvFiles(nil, 1); files != nil || err != io.EOF {
		t.Errorf("got %v, %v, want nil and bare io.EOF", files, err)
	}
}

func TestTooManyFilesToSend(t *testing.T) {
	files := devNull(t, 254)
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		err := a.SendFiles([]byte("x"), files...)
		if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), "254") || !strings.Contains(err.Error(), "253") {
			t.Errorf("got %v, want EINVAL that names 254 and the limit 253", err)
		}
		nothingArrived(t, b)
	})
}

func TestBadFileSendsNothing(t *testing.T) {
	closed := openFile(t, os.DevNull)
	closed.Close()
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		err := a.SendFiles([]byte("x"), devNull(t, 1)[0], nil)
		if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), "file 2 of 2 is nil") {
			t.Errorf("nil file: got %v, want EINVAL that names it", err)
		}
		err = a.SendFiles([]byte("x"), closed, devNull(t, 1)[0])
		if !errors.Is(err, syscall.EBADF) || !strings.Contains(err.Error(), "file 1 of 2 is closed") {
			t.Errorf("closed file: got %v, want EBADF that names it", err)
		}
		nothingArrived(t, b)
	})
}

// nothingArrived fails t if b has a message.
func nothingArrived(t *testing.T, b msgConn) {
	t.Helper()
	if err := b.RecvMsg(&uds.Message{}, uds.FlagNoWait); !errors.Is(err, uds.ErrWouldBlock) {
		t.Errorf("receive: got %v, want ErrWouldBlock", err)
	}
}

func TestCutPayloadKeepsNoFiles(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		before := testutil.FDCount(t)
		files := devNull(t, 2)
		must(t, a.SendFiles([]byte("payload"), files...))
		must(t, a.SendFiles([]byte("payload"), files...))
		var cut *uds.TruncatedError
		n, got, err := b.RecvFiles(make([]byte, 3), 2)
		if n != 3 || got != nil || !errors.As(err, &cut) || cut.Size != 7 {
			t.Errorf("RecvFiles: got %d, %v, %v, want 3, nil, a TruncatedError of 7", n, got, err)
		}
		m := uds.Message{Buffers: buffers(3), OOB: &uds.OOB{MaxFiles: 1}}
		err = b.RecvMsg(&m, 0)
		if !errors.Is(err, uds.ErrOOBTruncated) || !m.Truncated || !m.OOBTruncated || m.Size != 7 || m.OOB.Files != nil {
			t.Errorf("RecvMsg: got %+v, %v, want both truncations and ErrOOBTruncated", m, err)
		}
		if got := testutil.FDCount(t) - before; got != len(files) {
			t.Errorf("got %d more descriptors, want the %d sent ones", got, len(files))
		}
	})
}

// Who sent it is told of a message that was cut, too, but not by a descriptor.
func TestCutMessageSaysWhoSentIt(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}))
		if err := b.SetOptions(uds.Options{PassPidFD: true}); !errors.Is(err, errors.ErrUnsupported) {
			must(t, err)
		}
		files := devNull(t, 2)
		for what, m := range map[string]*uds.Message{
			"payload":        {Buffers: buffers(3), OOB: &uds.OOB{MaxFiles: 2}},
			"ancillary data": {Buffers: buffers(7), OOB: &uds.OOB{MaxFiles: 1}},
		} {
			must(t, a.SendFiles([]byte("payload"), files...))
			err := b.RecvMsg(m, 0)
			if err == nil || m.OOB.Files != nil || m.OOB.PidFD != nil {
				t.Errorf("%s cut: got %v, %v and %v, want an error and no descriptor", what, err, m.OOB.Files, m.OOB.PidFD)
			}
			if m.OOB.Cred == nil || m.OOB.Cred.PID != os.Getpid() || m.OOB.Time.IsZero() {
				t.Errorf("%s cut: got the credentials %v and the time %v, want this process's", what, m.OOB.Cred, m.OOB.Time)
			}
		}
	})
}

// A receive that did not ask for descriptors never gets one.
func TestUnwantedFilesAreDropped(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		files := devNull(t, 3)
		before := testutil.FDCount(t)
		receives := map[string]func() error{
			"Read":       func() error { _, err := b.Read(make([]byte, 10)); return err },
			"short Read": func() error { _, err := io.ReadFull(b, make([]byte, 1)); return err },
			"Recv":       func() error { _, err := b.Recv(make([]byte, 10)); return err },
			"RecvMsg":    func() error { return b.RecvMsg(&uds.Message{Buffers: buffers(10)}, 0) },
			"RecvBatch": func() error {
				_, err := b.RecvBatch([]uds.Message{{Buffers: buffers(10)}, {Buffers: buffers(10)}})
				return err
			},
			"ReadMsgUnix": func() error { _, _, _, _, err := b.ReadMsgUnix(make([]byte, 10), nil); return err },
		}
		switch b := b.(type) {
		case *uds.SeqConn:
			receives["WriteTo"] = func() error {
				if _, err := b.WriteTo(failingWriter{}); err != io.ErrNoProgress {
					return fmt.Errorf("got %v, want io.ErrNoProgress", err)
				}
				return nil
			}
		case *uds.DgramConn:
			receives["ReadFrom"] = func() error { _, _, err := b.ReadFrom(make([]byte, 10)); return err }
			receives["ReadFromUnix"] = func() error { _, _, err := b.ReadFromUnix(make([]byte, 10)); return err }
			receives["ReadFromAddr"] = func() error { _, _, err := b.ReadFromAddr(make([]byte, 10)); return err }
		}
		for name, receive := range receives {
			must(t, a.SendFiles([]byte("p"), files...))
			if err := receive(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got := testutil.FDCount(t); got != before {
				t.Errorf("%s: got %d descriptors, want %d", name, got, before)
			}
		}
	})
}

// failingWriter takes nothing.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrNoProgress }

// Looking at a message takes no descriptor, and none is there twice afterwards:
// MSG_PEEK with a control buffer would install a copy.
func TestLookingTakesNoFiles(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		reader, writer, err := os.Pipe()
		must(t, err)
		must(t, a.SendFiles([]byte("p"), writer))
		must(t, writer.Close())
		before := testutil.FDCount(t)
		looks := b.(interface {
			Peek(p []byte) (int, error)
			NextSize() (int, error)
			Readable() (int, error)
		})
		for name, look := range map[string]func() (int, error){
			"Peek":     func() (int, error) { return looks.Peek(make([]byte, 10)) },
			"NextSize": looks.NextSize,
			"Readable": looks.Readable,
			"RecvMsg": func() (int, error) {
				m := uds.Message{Buffers: buffers(10)}
				return m.Size, b.RecvMsg(&m, uds.FlagPeek)
			},
		} {
			if n, err := look(); err != nil || n != 1 && name != "RecvMsg" {
				t.Errorf("%s: got %d, %v, want 1, nil", name, n, err)
			}
			if got := testutil.FDCount(t); got != before {
				t.Errorf("%s: got %d descriptors, want %d", name, got, before)
			}
		}
		_, files, err := b.RecvFiles(make([]byte, 10), 1)
		if len(files) != 1 || err != nil {
			t.Fatalf("got %d files, %v, want 1, nil", len(files), err)
		}
		must(t, files[0].Close())
		atEnd(t, reader)
	})
}

// Room for more files than a message can carry is room for all that it can.
func TestRoomForAnyNumberOfFiles(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		for range 3 {
			must(t, a.SendFiles([]byte("x"), devNull(t, 2)...))
		}
		_, files, err := b.RecvFiles(make([]byte, 1), math.MaxInt)
		ms := batchOf(2, math.MaxInt)
		n, berr := b.RecvBatch(ms)
		if err != nil || n != 2 || berr != nil {
			t.Fatalf("got %v, %d, %v, want nil, 2, nil", err, n, berr)
		}
		for _, files := range [][]*os.File{files, ms[0].OOB.TakeFiles(), ms[1].OOB.TakeFiles()} {
			if len(files) != 2 {
				t.Errorf("got %d files, want 2", len(files))
			}
			for _, f := range files {
				f.Close()
			}
		}
	})
}

func TestRefuseFilesIsToldTheSender(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{RefuseFiles: true})
		if err := a.SendFiles([]byte("x"), devNull(t, 1)...); !errors.Is(err, syscall.EPERM) || !strings.Contains(err.Error(), "1 files to a receiver that may refuse them") {
			t.Errorf("got %v, want EPERM that speaks of the files", err)
		}
		must(t, a.Send([]byte("x")))
	})
}

// A file that is closed while its message waits for room is sent all the same,
// and not the one that is opened then, perhaps with its number.
func TestFileClosedWhileItsMessageWaits(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		null := openFile(t, os.DevNull)
		want := openFile(t, os.DevNull)
		queued := 0
		for ; ; queued++ {
			err := a.SendMsg(&uds.Message{Buffers: buffers(1)}, uds.FlagNoWait)
			if errors.Is(err, uds.ErrWouldBlock) {
				break
			}
			must(t, err)
		}
		sent := make(chan error, 1)
		go func() { sent <- a.SendFiles([]byte("file"), null) }()
		testutil.Eventually(t, safety, func() bool { return waiting("SendFiles") > 0 }, "the send waits")
		must(t, null.Close())
		for range 5 {
			openFile(t, "/dev/zero")
		}
		for range queued {
			_, err := b.Recv(make([]byte, 1))
			must(t, err)
		}
		_, files, err := b.RecvFiles(make([]byte, 4), 1)
		if len(files) != 1 || err != nil {
			t.Fatalf("got %d files, %v, want 1, nil", len(files), err)
		}
		sameFile(t, files[0], want)
		must(t, files[0].Close())
		must(t, <-sent)
	})
}
