//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("few-descriptors", fewDescriptors) }

// fewDescriptors receives in every way with ever fewer descriptors to spare, and
// says what is wrong.
func fewDescriptors() {
	null, err := os.Open(os.DevNull)
	if err != nil {
		fmt.Println(err)
		return
	}
	for kind, pair := range map[string]func() (msgConn, msgConn, error){
		"seqpacket": func() (msgConn, msgConn, error) { return uds.SeqPair() },
		"dgram":     func() (msgConn, msgConn, error) { return uds.DgramPair() },
	} {
		for way, receive := range fileReceives {
			for _, pidfds := range []bool{false, true} {
				a, b, err := pair()
				if err == nil {
					err = b.SetDeadline(time.Now().Add(safety))
				}
				if err == nil && pidfds {
					err = b.SetOptions(uds.Options{PassPidFD: true})
				}
				if errors.Is(err, errors.ErrUnsupported) {
					continue
				}
				if err != nil {
					fmt.Println(err)
					return
				}
				receiveSpare(fmt.Sprintf("%s %s, pidfd %v", kind, way, pidfds), a, b, null, receive, pidfds)
				a.Close()
				b.Close()
			}
		}
	}
}

// receiveSpare receives files with 0 descriptors to spare, 1, and so on up to
// one more than they need.
func receiveSpare(what string, a, b msgConn, f *os.File, receive fileReceive, pidfds bool) {
	const want = 4
	need := want
	if pidfds {
		need += receive.messages // each has one
	}
	sendFile(a, f, 1, receive.messages) // so that what is made once is there
	receive.receive(b, 1)
	for spare := 0; spare <= need+1; spare++ {
		// Above the limit no descriptor may be in flight of all of the user's processes.
		if err := sendFile(a, f, want, receive.messages); err != nil {
			fmt.Printf("%s: %v\n", what, err)
			return
		}
		restore := testutil.LeaveDescriptors(spare)
		before := countFDs()
		got, err := receive.receive(b, want)
		after := countFDs()
		restore()
		if spare >= need && (err != nil || got != want) || spare < need && (!errors.Is(err, uds.ErrOOBTruncated) || got != 0) {
			fmt.Printf("%s: %d to spare: got %d files, %v\n", what, spare, got, err)
		}
		if after != before {
			fmt.Printf("%s: %d to spare: got %d descriptors, want %d\n", what, spare, after, before)
		}
	}
}

// fileReceive receives messages, the last of which has files, with room for n,
// closes what arrives, and returns how many arrived.
type fileReceive struct {
	messages int
	receive  func(c msgConn, n int) (int, error)
}

// fileReceives are the ways to receive files.
var fileReceives = map[string]fileReceive{
	"RecvMsg": {1, func(c msgConn, n int) (int, error) {
		m := uds.Message{OOB: &uds.OOB{MaxFiles: n}}
		err := c.RecvMsg(&m, 0)
		return closeReceived(m.OOB, err)
	}},
	"RecvFiles": {1, func(c msgConn, n int) (int, error) {
		_, files, err := c.RecvFiles(nil, n)
		return closeReceived(&uds.OOB{Files: files}, err)
	}},
	"RecvBatch":        {1, func(c msgConn, n int) (int, error) { return batchFiles(c, 1, n) }},
	"RecvBatch of two": {2, func(c msgConn, n int) (int, error) { return batchFiles(c, 2, n) }},
	"ReadMsgUnix":      {1, msgUnixFiles},
}

// batchFiles receives so many messages as a batch.
func batchFiles(c msgConn, messages, n int) (int, error) {
	ms := batchOf(messages, n)
	k, err := c.RecvBatch(ms)
	if err == nil && k != messages {
		err = fmt.Errorf("got %d messages, want %d", k, messages)
	}
	last := &ms[messages-1]
	if err == nil && last.OOBTruncated {
		err = uds.ErrOOBTruncated
	}
	if messages > 1 {
		err = errors.Join(err, ms[0].OOB.Close()) // a pidfd
	}
	return closeReceived(last.OOB, err)
}

func msgUnixFiles(c msgConn, n int) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*n)+unix.CmsgSpace(4))
	_, oobn, _, _, err := c.ReadMsgUnix(nil, oob)
	var got uds.OOB
	scms, e := unix.ParseSocketControlMessage(oob[:oobn])
	for _, scm := range scms {
		for ; len(scm.Data) >= 4; scm.Data = scm.Data[4:] {
			switch fd := int32(native.Uint32(scm.Data)); {
			case scm.Header.Type == unix.SCM_RIGHTS:
				got.Files = append(got.Files, os.NewFile(uintptr(fd), "received"))
			case scm.Header.Type == unix.SCM_PIDFD && fd >= 0:
				got.PidFD = os.NewFile(uintptr(fd), "received")
			case scm.Header.Type == unix.SCM_PIDFD && fd == -int32(unix.EMFILE): // handed on as it is
				_, _ = closeReceived(&got, nil)
				return 0, uds.ErrOOBTruncated
			}
		}
	}
	return closeReceived(&got, errors.Join(err, e))
}

// closeReceived closes what was received, which must be close-on-exec.
func closeReceived(o *uds.OOB, err error) (int, error) {
	n := len(o.Files)
	for _, f := range append(o.TakeFiles(), o.PidFD) {
		if f == nil {
			continue
		}
		rc, e := f.SyscallConn()
		if e == nil {
			e = rc.Control(func(fd uintptr) {
				if flags, e := unix.FcntlInt(fd, unix.F_GETFD, 0); e != nil || flags&unix.FD_CLOEXEC == 0 {
					err = errors.Join(err, fmt.Errorf("descriptor flags: got %#x, %v, want FD_CLOEXEC", flags, e))
				}
			})
		}
		err = errors.Join(err, e, f.Close())
	}
	o.PidFD = nil
	return n, err
}

// sendFile sends so many messages, the last of them with a file n times.
func sendFile(a msgConn, f *os.File, n, messages int) error {
	files := make([]*os.File, n)
	for i := range files {
		files[i] = f
	}
	for i := range messages {
		m := uds.Message{OOB: &uds.OOB{Files: files}}
		if i < messages-1 {
			m.OOB = nil
		}
		if err := a.SendMsg(&m, 0); err != nil {
			return err
		}
	}
	return nil
}

// countFDs counts descriptors below the limit, without needing one.
func countFDs() (n int) {
	for fd := range testutil.DescriptorLimit {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			n++
		}
	}
	return n
}

func TestDescriptorLimitReachedDuringReceive(t *testing.T) {
	out, err := testutil.Child(t, "few-descriptors").CombinedOutput()
	if len(out) > 0 || err != nil {
		t.Errorf("got %s, %v, want nothing", out, err)
	}
}

func init() { testutil.RegisterChild("list-descriptors", listDescriptors) }

// listDescriptors prints the targets of the descriptors it inherited.
func listDescriptors() {
	for fd := 3; fd < 300; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 { // made by this program
			continue
		}
		target, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		fmt.Println(fd, target)
	}
}

// Descriptors are close-on-exec from the moment they exist.
func TestChildStartedDuringReceivesInheritsNothing(t *testing.T) {
	want, err := testutil.Child(t, "list-descriptors").Output() // what the tests' own parent left open
	must(t, err)
	a, b := seqPair(t)
	guarded(t, a, b)
	ctx, cancel := context.WithCancel(context.Background())
	files := devNull(t, 50)
	var wg sync.WaitGroup
	var rounds atomic.Int64
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := a.SendFiles(nil, files...); err != nil {
				t.Error(err)
				return
			}
			if _, got, err := b.RecvFiles(nil, len(files)); err != nil {
				t.Error(err)
				return
			} else {
				for _, f := range got {
					f.Close()
				}
			}
			rounds.Add(1)
		}
	})
	for range 30 {
		got, err := testutil.Child(t, "list-descriptors").Output()
		if string(got) != string(want) || err != nil {
			t.Errorf("a child inherited %s, %v, want %s", got, err, want)
		}
	}
	cancel()
	wg.Wait()
	if rounds.Load() < 30 {
		t.Errorf("got %d receives meanwhile, want more", rounds.Load())
	}
}

// randomExchanges sends and receives n messages at random, and counts what is
// left.
func randomExchanges(t *testing.T, pair pairOf, n int) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	a, b := pair(t)
	files := devNull(t, 20)
	must(t, b.SetOptions(uds.Options{PassCredentials: true}))
	if err := b.SetOptions(uds.Options{PassPidFD: true}); err != nil {
		unlessUnsupported(t, err)
	}
	before := testutil.FDCount(t)
	m := uds.Message{OOB: new(uds.OOB)}
	for range n {
		size, count := r.IntN(50), r.IntN(21)
		must(t, a.SendFiles(make([]byte, size), files[:count]...))
		randomReceive(t, r, b, &m, size, count)
	}
	must(t, m.OOB.Close())
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d", got, before)
	}
}

// randomReceive receives in one of the ways there are, with random room.
func randomReceive(t *testing.T, r *rand.Rand, b msgConn, m *uds.Message, size, count int) {
	t.Helper()
	p, room := make([]byte, r.IntN(50)), r.IntN(21)
	var err error
	var got int
	switch r.IntN(6) {
	case 0:
		_, err = b.Recv(p)
		room = count
	case 1:
		err = b.RecvMsg(&uds.Message{Buffers: [][]byte{p}}, 0)
		room = count
	case 2:
		var files []*os.File
		_, files, err = b.RecvFiles(p, room)
		for _, f := range files {
			must(t, f.Close())
		}
		got = len(files)
	case 3:
		oob := make([]byte, r.IntN(200))
		_, oobn, _, _, e := b.ReadMsgUnix(p, oob)
		takeAll(t, oob[:oobn])
		if e != nil && !errors.Is(e, uds.ErrOOBTruncated) {
			t.Fatal(e)
		}
		return
	case 4:
		ms := []uds.Message{{Buffers: [][]byte{p}, OOB: &uds.OOB{MaxFiles: room}}}
		_, err = b.RecvBatch(ms)
		must(t, ms[0].OOB.Close())
		must(t, err)
		return
	default:
		m.Buffers, m.OOB.MaxFiles = [][]byte{p}, room
		err = b.RecvMsg(m, 0)
		got = len(m.OOB.Files)
	}
	switch {
	case err != nil && got != 0:
		t.Fatalf("got %d files and %v", got, err)
	case errors.Is(err, uds.ErrOOBTruncated) && count > room, errors.Is(err, uds.ErrTruncated) && size > len(p):
	case err != nil || size > len(p) || count > room:
		t.Fatalf("%d bytes, room for %d, %d files, room for %d: got %v", size, len(p), count, room, err)
	}
}

// takeAll closes every descriptor in a control buffer.
func takeAll(t *testing.T, oob []byte) {
	t.Helper()
	scms, err := unix.ParseSocketControlMessage(oob)
	must(t, err)
	for _, scm := range scms {
		if scm.Header.Type != unix.SCM_RIGHTS && scm.Header.Type != unix.SCM_PIDFD {
			continue
		}
		for ; len(scm.Data) >= 4; scm.Data = scm.Data[4:] {
			must(t, unix.Close(int(native.Uint32(scm.Data))))
		}
	}
}

func TestRandomExchangesLeakNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) { randomExchanges(t, pair, 1500) })
}

func TestRandomExchangesLeakNothingSoak(t *testing.T) {
	testutil.Soak(t)
	eachKind(t, func(t *testing.T, pair pairOf) { randomExchanges(t, pair, 50_000) })
}

// A received socket that carries descriptors, and itself, is not leaked either:
// the kernel collects what only such a ring refers to.
func TestSocketPassedOverItself(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		before := testutil.FDCount(t)
		a, b := pair(t)
		for _, c := range []msgConn{a, b} {
			f, err := c.File()
			must(t, err)
			must(t, a.SendFiles([]byte("x"), f))
			must(t, f.Close())
		}
		_, files, err := b.RecvFiles(make([]byte, 1), 1)
		if len(files) != 1 || err != nil {
			t.Fatalf("got %d files, %v, want 1, nil", len(files), err)
		}
		must(t, files[0].Close())
		must(t, a.Close())
		must(t, b.Close()) // with the second still queued
		if got := testutil.FDCount(t); got != before {
			t.Errorf("got %d descriptors, want %d", got, before)
		}
	})
}
