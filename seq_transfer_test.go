//go:build linux

package uds_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// stream is a reproducible stream of bytes, by position.
type stream struct{ at int }

func (s *stream) Read(p []byte) (int, error) {
	for i := range p {
		x := uint32(s.at+i) * 0x9E3779B1
		p[i] = byte(x>>24) ^ byte(x>>11)
	}
	s.at += len(p)
	return len(p), nil
}

// writeRandomly writes total bytes of a stream in random sizes of 1 B to 1 MiB,
// small ones as often as large ones.
func writeRandomly(c *uds.SeqConn, rnd *rand.Rand, total int) error {
	src, buf := &stream{}, make([]byte, 1<<20)
	for src.at < total {
		n := min(randomSize(rnd, 20), total-src.at)
		src.Read(buf[:n])
		if m, err := c.Write(buf[:n]); m != n || err != nil {
			return fmt.Errorf("Write of %d bytes at %d: got %d, %w", n, src.at-n, m, err)
		}
	}
	return c.CloseWrite()
}

// randomSize is 1 to 1<<bits, each power of two as likely.
func randomSize(rnd *rand.Rand, bits int) int {
	k := rnd.IntN(bits + 1)
	return min(1<<bits, 1<<k+rnd.IntN(1<<k))
}

// readRandomly reads in random sizes of 1 B to 64 KiB until the end and
// compares with the stream.
func readRandomly(c *uds.SeqConn, rnd *rand.Rand, total int) error {
	want, got, expected := &stream{}, make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := c.Read(got[:randomSize(rnd, 16)])
		want.Read(expected[:n])
		if !bytes.Equal(got[:n], expected[:n]) {
			return fmt.Errorf("Read at %d: got other bytes than were written", want.at-n)
		}
		if err == io.EOF && want.at == total {
			return nil
		}
		if err != nil {
			return fmt.Errorf("Read at %d of %d: %w", want.at, total, err)
		}
	}
}

// transferRandomly moves total bytes each way at the same time.
func transferRandomly(t testing.TB, seed uint64, total int) {
	t.Helper()
	a, b := seqPair(t)
	guarded(t, a, b)
	errs := make(chan error, 4)
	for i, c := range []*uds.SeqConn{a, b} {
		go func() { errs <- writeRandomly(c, rand.New(rand.NewPCG(seed, uint64(i))), total) }()
		go func() { errs <- readRandomly(c, rand.New(rand.NewPCG(seed, uint64(8+i))), total) }()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Errorf("seed %d: %v", seed, err)
			a.Close()
			b.Close()
		}
	}
}

// 64 MiB in all.
func TestRandomSizes(t *testing.T) { transferRandomly(t, 1, 32<<20) }

func TestRandomSizesSoak(t *testing.T) {
	end := time.Now().Add(testutil.Soak(t))
	for seed := uint64(2); seed == 2 || time.Now().Before(end); seed++ {
		transferRandomly(t, seed, 32<<20)
	}
}

// Four writers of 700 kB each: however a Write is split, its bytes stay
// together. The reader finds whole Writes, each one writer's.
func TestConcurrentWritersDoNotInterleave(t *testing.T) {
	const writers, size = 4, 700_000
	a, b := seqPair(t)
	guarded(t, a, b)
	errs := make(chan error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			_, err := a.Write(bytes.Repeat([]byte{byte('a' + i)}, size))
			errs <- err
		})
	}
	go func() {
		wg.Wait()
		a.CloseWrite()
	}()
	got, err := io.ReadAll(b)
	must(t, err)
	for range writers {
		must(t, <-errs)
	}
	seen := map[byte]bool{}
	for i := range writers {
		part := got[i*size : min(len(got), (i+1)*size)]
		if len(part) != size || bytes.Count(part, part[:1]) != size || seen[part[0]] {
			t.Fatalf("bytes of Write %d: got a mixture, want one writer's", i)
		}
		seen[part[0]] = true
	}
}

// A Send does not come between the pieces of a Write either, nor a small Write.
func TestSendsStayOutOfAWrite(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	done := make(chan error, 2)
	go func() {
		_, err := a.Write(bytes.Repeat([]byte("w"), 1<<20))
		done <- err
	}()
	parked(t, 1, ".Write(")
	go func() { done <- a.Send([]byte("s")) }()
	p := make([]byte, 1<<20)
	for total := 0; total < 1<<20; {
		n, err := b.Read(p)
		must(t, err)
		if bytes.ContainsRune(p[:n], 's') {
			t.Fatalf("after %d bytes of the Write: got the Send", total)
		}
		total += n
	}
	wantRecvs(t, b, `"s"`)
	must(t, errors.Join(<-done, <-done))
}

// onlyReader and onlyWriter hide WriteTo and ReadFrom.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

func TestIOCopy(t *testing.T) {
	const size = 3_000_001
	for name, c := range map[string]struct {
		send func(c *uds.SeqConn, r io.Reader) (int64, error)
		recv func(w io.Writer, c *uds.SeqConn) (int64, error)
	}{
		"ReadFrom and WriteTo": {
			func(c *uds.SeqConn, r io.Reader) (int64, error) { return io.Copy(c, r) },
			func(w io.Writer, c *uds.SeqConn) (int64, error) { return io.Copy(w, c) },
		},
		"generic": {
			func(c *uds.SeqConn, r io.Reader) (int64, error) { return io.Copy(onlyWriter{c}, r) },
			func(w io.Writer, c *uds.SeqConn) (int64, error) { return io.Copy(w, onlyReader{c}) },
		},
		"tiny buffers": {
			func(c *uds.SeqConn, r io.Reader) (int64, error) {
				return io.CopyBuffer(onlyWriter{c}, r, make([]byte, 1000))
			},
			func(w io.Writer, c *uds.SeqConn) (int64, error) {
				return io.CopyBuffer(w, onlyReader{c}, make([]byte, 999))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := seqPair(t)
			guarded(t, a, b)
			sent := make(chan error, 1)
			go func() {
				n, err := c.send(a, onlyReader{io.LimitReader(&stream{}, size)})
				if err == nil && n != size {
					err = fmt.Errorf("sent: got %d, want %d", n, size)
				}
				a.CloseWrite()
				sent <- err
			}()
			sum := crc32.NewIEEE()
			n, err := c.recv(onlyWriter{sum}, b)
			if n != size || err != nil {
				t.Errorf("received: got %d, %v, want %d", n, err, size)
			}
			must(t, <-sent)
			want := crc32.NewIEEE()
			io.CopyN(want, &stream{}, size)
			if sum.Sum32() != want.Sum32() {
				t.Error("got other bytes than were sent")
			}
		})
	}
}

// io.Copy between two connections, as a proxy does it.
func TestIOCopyThroughAProxy(t *testing.T) {
	a, x := seqPair(t)
	y, b := seqPair(t)
	guarded(t, a, b, x, y)
	done := make(chan error, 2)
	go func() { done <- writeRandomly(a, rand.New(rand.NewPCG(3, 4)), 2<<20) }()
	go func() {
		_, err := io.Copy(y, x)
		done <- errors.Join(err, y.CloseWrite())
	}()
	must(t, readRandomly(b, rand.New(rand.NewPCG(5, 6)), 2<<20))
	must(t, errors.Join(<-done, <-done))
}

// To and from TCP io.Copy tries sendfile(2) and splice(2), and falls back.
func TestIOCopyToAndFromTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer client.Close()
	server, err := l.Accept()
	must(t, err)
	defer server.Close()
	a, x := seqPair(t)
	y, b := seqPair(t)
	guarded(t, a, b, x, y, client, server)
	done := make(chan error, 3)
	go func() { done <- writeRandomly(a, rand.New(rand.NewPCG(3, 4)), 2<<20) }()
	go func() {
		_, err := io.Copy(client, x)
		done <- errors.Join(err, client.(*net.TCPConn).CloseWrite())
	}()
	go func() {
		_, err := io.Copy(y, server)
		done <- errors.Join(err, y.CloseWrite())
	}()
	must(t, readRandomly(b, rand.New(rand.NewPCG(5, 6)), 2<<20))
	must(t, errors.Join(<-done, <-done, <-done))
}

func TestIOCopyErrors(t *testing.T) {
	boom := errors.New("boom")
	a, b := seqPair(t)
	if n, err := a.ReadFrom(io.MultiReader(bytes.NewReader([]byte("abc")), iotest.ErrReader(boom))); n != 3 || err != boom {
		t.Errorf("ReadFrom: got %d, %v, want 3, boom", n, err)
	}
	if n, err := b.WriteTo(shortWriter{}); n != 2 || err != io.ErrShortWrite {
		t.Errorf("WriteTo: got %d, %v, want 2, io.ErrShortWrite", n, err)
	}
	sendAll(t, a, "abc")
	if n, err := b.WriteTo(brokenWriter{boom}); n != 0 || err != boom {
		t.Errorf("WriteTo: got %d, %v, want 0, boom", n, err)
	}
}

// ReadFrom of a closed connection takes nothing of the reader.
func TestReadFromOfAClosedConnectionReadsNothing(t *testing.T) {
	a, _ := seqPair(t)
	must(t, a.Close())
	r := bytes.NewReader([]byte("abc"))
	if n, err := a.ReadFrom(r); n != 0 || !errors.Is(err, net.ErrClosed) || r.Len() != 3 {
		t.Errorf("got %d, %v, %d bytes left, want 0, net.ErrClosed, 3", n, err, r.Len())
	}
}

type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }

type brokenWriter struct{ err error }

func (w brokenWriter) Write(p []byte) (int, error) { return 0, w.err }

func TestOneByteReads(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	want := patternOf(7, 200_000)
	done := make(chan error, 1)
	go func() {
		_, err := a.Write(want)
		a.CloseWrite()
		done <- err
	}()
	got, err := io.ReadAll(iotest.OneByteReader(b))
	if !bytes.Equal(got, want) || err != nil {
		t.Errorf("got %d bytes, %v, want the %d that were written", len(got), err, len(want))
	}
	must(t, <-done)
}

func TestBufioWithTheSmallestBuffers(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	done := make(chan error, 1)
	const lines = 5000
	go func() {
		w := bufio.NewWriterSize(a, 16)
		for i := range lines {
			fmt.Fprintf(w, "line %d %s\n", i, patternText(i%100))
		}
		done <- errors.Join(w.Flush(), a.CloseWrite())
	}()
	r := bufio.NewReaderSize(b, 16)
	for i := range lines {
		got, err := r.ReadString('\n')
		if want := fmt.Sprintf("line %d %s\n", i, patternText(i%100)); got != want || err != nil {
			t.Fatalf("line %d: got %q, %v, want %q", i, got, err, want)
		}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("end: got %v, want EOF", err)
	}
	must(t, <-done)
}

// patternText is n letters.
func patternText(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = 'a' + byte(i%26)
	}
	return p
}

func TestJSONOverTheByteFace(t *testing.T) {
	type value struct {
		N    int
		Text string
	}
	a, b := seqPair(t)
	guarded(t, a, b)
	sizes := []int{0, 1, 100, 511, 512, 513, 4096, 70_000, 300_000}
	done := make(chan error, 1)
	go func() {
		enc := json.NewEncoder(a)
		var err error
		for i, n := range sizes {
			err = errors.Join(err, enc.Encode(value{i, string(patternText(n))}))
		}
		done <- errors.Join(err, a.CloseWrite())
	}()
	dec := json.NewDecoder(b)
	for i, n := range sizes {
		var got value
		must(t, dec.Decode(&got))
		if got.N != i || got.Text != string(patternText(n)) {
			t.Errorf("value %d: got N %d and %d letters, want %d letters", i, got.N, len(got.Text), n)
		}
	}
	if err := dec.Decode(new(value)); err != io.EOF {
		t.Errorf("end: got %v, want EOF", err)
	}
	must(t, <-done)
}
