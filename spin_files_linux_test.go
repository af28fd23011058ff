package uds_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// spinLong is a spin that its message meets.
const spinLong = 50 * time.Millisecond

// spinReceives receive a message that comes while they spin, into p.
var spinReceives = []struct {
	name  string
	takes bool // the files
	call  func(c msgConn, p []byte) (int, []*os.File, error)
}{
	{"Read", false, func(c msgConn, p []byte) (int, []*os.File, error) { n, err := c.Read(p); return n, nil, err }},
	{"Recv", false, func(c msgConn, p []byte) (int, []*os.File, error) { n, err := c.Recv(p); return n, nil, err }},
	{"RecvMsg without OOB", false, func(c msgConn, p []byte) (int, []*os.File, error) {
		m := uds.Message{Buffers: [][]byte{p}}
		err := c.RecvMsg(&m, 0)
		return m.N, nil, err
	}},
	{"RecvBatch without OOB", false, func(c msgConn, p []byte) (int, []*os.File, error) {
		ms := []uds.Message{{Buffers: [][]byte{p}}}
		_, err := c.RecvBatch(ms)
		return ms[0].N, nil, err
	}},
	{"RecvMsg", true, func(c msgConn, p []byte) (int, []*os.File, error) {
		m := uds.Message{Buffers: [][]byte{p}, OOB: &uds.OOB{MaxFiles: 1}}
		err := c.RecvMsg(&m, 0)
		return m.N, m.OOB.TakeFiles(), err
	}},
	{"RecvFiles", true, func(c msgConn, p []byte) (int, []*os.File, error) { return c.RecvFiles(p, 1) }},
}

// A message that carries a file and meets a spinning receive brings its bytes,
// and the file to a call that takes it; another call leaks none. The file is
// the writing end of a pipe: when nobody has it any more its reader is at the
// end.
func TestFilesMeetASpinningReceive(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		for _, r := range spinReceives {
			for _, cloned := range []bool{false, true} {
				name := r.name
				if cloned {
					name += ", cloned"
				}
				t.Run(name, func(t *testing.T) {
					a, b := pair(t)
					b.SetSpin(spinLong)
					if cloned {
						closeLater(t, clone(t, b))
					}
					before := testutil.FDCount(t)
					for round := range 20 {
						reader, sent := sendPipe(t, a, round)
						n, files, err := r.call(b, make([]byte, 8))
						must(t, err)
						<-sent
						if n != 4 || r.takes != (len(files) == 1) {
							t.Fatalf("got %d bytes and %d files, want 4 and files: %v", n, len(files), r.takes)
						}
						for _, f := range files {
							f.Close()
						}
						atEnd(t, reader)
					}
					if got := testutil.FDCount(t); got != before {
						t.Errorf("got %d descriptors, want %d as before", got, before)
					}
				})
			}
		}
	})
}

// sendPipe sends the writing end of a pipe, and closes it, while the caller
// goes on: after a while, or at once.
func sendPipe(t testing.TB, a msgConn, round int) (reader *os.File, sent <-chan struct{}) {
	t.Helper()
	reader, writer, err := os.Pipe()
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(time.Duration(round%4) * 100 * time.Microsecond) // what is varied: nothing tells when a receive spins
		if err := a.SendFiles([]byte("file"), writer); err != nil {
			t.Error(err)
		}
		writer.Close()
	}()
	return reader, done
}

// atEnd closes the reading end of a pipe, whose writing ends are closed.
func atEnd(t testing.TB, reader *os.File) {
	t.Helper()
	must(t, reader.SetReadDeadline(time.Now().Add(safety)))
	if n, err := reader.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("the pipe: got %d, %v, want its end", n, err)
	}
	reader.Close()
}

func clone(t testing.TB, c msgConn) (other msgConn) {
	t.Helper()
	var err error
	switch c := c.(type) {
	case *uds.SeqConn:
		other, err = c.Clone()
	case *uds.DgramConn:
		other, err = c.Clone()
	}
	must(t, err)
	return other
}

// Two spin on the same socket, each by a connection of its own: a message that
// one saw, the other may take, and leave one with a file. Every message comes
// once, and no descriptor stays.
func TestFilesMeetTwoSpinningReceivers(t *testing.T) {
	const messages = 2000
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		before := testutil.FDCount(t)
		c := clone(t, b)
		null := openFile(t, os.DevNull)
		var got atomic.Int64
		var wg sync.WaitGroup
		for _, r := range []msgConn{b, c} {
			r.SetSpin(spinLong)
			wg.Go(func() { receiveNumbers(t, r, &got) })
		}
		var want int64
		for i := range int64(messages) {
			p := []byte{byte(i), byte(i >> 8)}
			if want += i; i%3 == 0 {
				must(t, a.SendFiles(p, null))
			} else {
				must(t, a.Send(p))
			}
		}
		testutil.Eventually(t, safety, func() bool { return got.Load() >= want }, "all messages")
		must(t, b.SetDeadline(past))
		must(t, c.SetDeadline(past))
		wg.Wait()
		if got.Load() != want {
			t.Errorf("got a sum of %d, want %d", got.Load(), want)
		}
		c.Close()
		null.Close()
		if n := testutil.FDCount(t); n != before {
			t.Errorf("got %d descriptors, want %d as before", n, before)
		}
	})
}

// receiveNumbers adds up the messages until its deadline.
func receiveNumbers(t *testing.T, c net.Conn, sum *atomic.Int64) {
	p := make([]byte, 8)
	for {
		n, err := c.Read(p)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if err != nil || n != 2 {
			t.Errorf("got %d bytes, %v, want 2 and no error", n, err)
			return
		}
		if err == nil {
			sum.Add(int64(p[0]) | int64(p[1])<<8)
		}
	}
}
