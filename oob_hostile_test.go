//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// hostilePeer starts testdata/hostile.py, as nobody if that is possible.
func hostilePeer(t *testing.T, kind, address string, rounds int) (wait func()) {
	t.Helper()
	python := testutil.RequireProgram(t, "python3", "python3")
	program, err := os.ReadFile("testdata/hostile.py")
	must(t, err)
	cmd := exec.Command(python, "-c", string(program), kind, address[1:], fmt.Sprint(rounds))
	if os.Geteuid() == 0 {
		cmd.Path = systemPython(t, cmd.Path)
		testutil.AsNobody(t, cmd)
	}
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	printed := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(out)
		printed <- string(b)
	}()
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill() // It may have ended.
			cmd.Wait()
		}
	})
	return func() {
		got := <-printed
		if err := cmd.Wait(); got != "" || err != nil {
			t.Errorf("the hostile peer: %s %v", got, err)
		}
	}
}

// systemPython is the distribution's Python, which another user may run too, or
// path if there is none.
func systemPython(t *testing.T, path string) string {
	t.Helper()
	if _, err := os.Stat("/usr/bin/python3"); err == nil {
		return "/usr/bin/python3"
	}
	return path
}

// Whatever a peer sends, there is no leak, no panic and no growth.
func TestHostilePeer(t *testing.T) {
	for _, o := range []uds.Options{{}, everything} {
		lc := uds.ListenConfig{Options: o}
		t.Run(fmt.Sprintf("seqpacket %+v", o), func(t *testing.T) {
			l, err := lc.ListenSeq(context.Background(), abstractName())
			if !unlessUnsupported(t, err) {
				t.Skip("needs a newer kernel")
			}
			defer l.Close()
			wait := hostilePeer(t, "seqpacket", l.Addr().String(), 20)
			c, err := l.AcceptSeq()
			must(t, err)
			defer c.Close()
			guarded(t, c)
			survive(t, c)
			wait()
		})
		t.Run(fmt.Sprintf("dgram %+v", o), func(t *testing.T) {
			c, err := lc.ListenDgram(context.Background(), abstractName())
			if !unlessUnsupported(t, err) {
				t.Skip("needs a newer kernel")
			}
			defer c.Close()
			guarded(t, c)
			wait := hostilePeer(t, "dgram", c.LocalAddr().String(), 20)
			survive(t, c)
			wait()
		})
	}
}

// survive receives in every way there is until the end.
func survive(t *testing.T, c msgConn) {
	t.Helper()
	before := testutil.FDCount(t)
	heap := heapInUse()
	v := victim{c: c, m: uds.Message{Buffers: buffers(50), OOB: new(uds.OOB)}, ms: batchOf(5, 1), p: make([]byte, 50)}
	received := 0
	for over := false; !over; received++ {
		if received%2 == 0 { // the second call of a kind finds what the first left
			v.drop(t) // it may be the sender's end of c, which does not end while that is open
		}
		last, err := v.receive(t, received)
		over = err == io.EOF || string(last) == "the end"
		if err != nil && err != io.EOF && !errors.Is(err, uds.ErrTruncated) && !errors.Is(err, uds.ErrOOBTruncated) {
			t.Fatalf("message %d: %v", received, err)
		}
	}
	v.drop(t)
	if received < 100 {
		t.Errorf("got %d messages, want hundreds", received)
	}
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d", got, before)
	}
	if grown := heapInUse() - heap; grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
}

// victim receives what a hostile peer sends, into the same memory again and again.
type victim struct {
	c  msgConn
	m  uds.Message
	ms []uds.Message
	p  []byte
}

// receive makes the i-th call, two of each kind in turn, and returns the last
// message that it got.
func (v *victim) receive(t *testing.T, i int) (last []byte, err error) {
	t.Helper()
	n := 0
	switch i / 2 % 6 {
	case 0:
		v.m.OOB.MaxFiles = i % 300
		err = v.c.RecvMsg(&v.m, 0)
		return v.m.Buffers[0][:v.m.N], err
	case 1:
		n, err = v.c.Read(v.p)
	case 2:
		var files []*os.File
		n, files, err = v.c.RecvFiles(v.p, 3)
		for _, f := range files {
			f.Close()
		}
	case 3:
		if n, err = v.c.RecvBatch(v.ms); n == 0 {
			return nil, err
		}
		return []byte(payload(&v.ms[n-1])), err
	case 4:
		oob := make([]byte, 100)
		var oobn int
		n, oobn, _, _, err = v.c.ReadMsgUnix(v.p, oob)
		takeAll(t, oob[:oobn])
	default:
		n, err = v.c.Recv(v.p)
	}
	return v.p[:n], err
}

// drop closes what arrived.
func (v *victim) drop(t *testing.T) {
	t.Helper()
	must(t, v.m.OOB.Close())
	for i := range v.ms {
		must(t, v.ms[i].OOB.Close())
	}
}

// heapInUse is the size of what is reachable.
func heapInUse() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// The kernel frees a large file whose last reference was in a message during the
// receive that drops it. A receive must not stop the garbage collector meanwhile,
// as a raw system call would: 4 GiB take 600 ms.
func TestHugeFileAsLastReferenceSoak(t *testing.T) {
	testutil.Soak(t)
	testutil.AtMost(t, 0, func() time.Duration {
		dropped, longest := dropHugeFile(t)
		t.Logf("dropped in %v, longest collection %v", dropped, longest)
		return longest - dropped/2
	}, "longest collection, less half the time of the receive")
}

// dropHugeFile receives a message that has the last reference of a large file, and
// returns how long that and the longest collection meanwhile took.
func dropHugeFile(t *testing.T) (dropped, longest time.Duration) {
	t.Helper()
	const size = int64(2 << 30)
	fd, err := unix.MemfdCreate("huge", unix.MFD_CLOEXEC)
	must(t, err)
	f := os.NewFile(uintptr(fd), "huge")
	defer f.Close()
	if err := unix.Fallocate(fd, 0, 0, size); err != nil {
		t.Skipf("needs %d bytes of memory: %v", int64(size), err)
	}
	a, b := seqPair(t)
	guarded(t, b)
	must(t, a.SendFiles([]byte("x"), f))
	must(t, f.Close())
	done := make(chan time.Duration)
	go func() {
		start := time.Now()
		b.Recv(make([]byte, 1))
		done <- time.Since(start)
	}()
	for {
		select {
		case d := <-done:
			return d, longest
		default:
		}
		start := time.Now()
		runtime.GC()
		longest = max(longest, time.Since(start))
	}
}
