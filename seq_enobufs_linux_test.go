package uds_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterSilent("enobufs", enobufsChild) }

// A kernel that has no memory in one piece for a large message says ENOBUFS. A
// filter of system calls stands for it.
func TestWriteSplitsOnENOBUFS(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "enobufs"))
}

func enobufsChild() error {
	runtime.LockOSThread()
	a, b, err := uds.SeqPair()
	if err == nil {
		err = systest.RefuseSends(50_000, syscall.ENOBUFS)
	}
	if err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	err = errors.Join(
		enobufsWrite(a, b, 80_000, 40_000, 40_000),
		enobufsWrite(a, b, 50_001, 25_000, 25_000, 1),
		enobufsWrite(a, b, 50_000, 50_000),
		enobufsWrite(a, b, 300_000, 42_800, 42_800, 42_800, 42_800, 42_800, 42_800, 42_800, 400),
		enobufsSend(a, b),
	)
	if err == nil {
		err = systest.RefuseSends(4_000, syscall.ENOBUFS) // less than the smallest piece
	}
	if n, werr := a.Write(make([]byte, 80_000)); n != 0 || !errors.Is(werr, syscall.ENOBUFS) {
		err = errors.Join(err, fmt.Errorf("got %d, %v, want 0 bytes and ENOBUFS", n, werr))
	}
	return err
}

// enobufsWrite writes size bytes, which must arrive in messages of the sizes.
func enobufsWrite(a, b *uds.SeqConn, size int, want ...int) error {
	type result struct {
		sizes []int
		data  []byte
		err   error
	}
	received := make(chan result)
	go func() {
		var r result
		p := make([]byte, 1<<20)
		for len(r.data) < size && r.err == nil {
			var n int
			n, r.err = b.Recv(p)
			r.sizes, r.data = append(r.sizes, n), append(r.data, p[:n]...)
		}
		received <- r
	}()
	p := make([]byte, size)
	for i := range p {
		p[i] = byte(i * 7 >> 3)
	}
	n, err := a.Write(p)
	r := <-received
	if n != size || err != nil || r.err != nil || !slices.Equal(r.data, p) {
		return fmt.Errorf("Write of %d bytes: got %d, %v; received %d, %v", size, n, err, len(r.data), r.err)
	}
	if !slices.Equal(r.sizes, want) {
		return fmt.Errorf("Write of %d bytes: got messages of %d, want %d", size, r.sizes, want)
	}
	return nil
}

// enobufsSend sends one message that may not be split, in each way, and nothing
// of it arrives.
func enobufsSend(a, b *uds.SeqConn) error {
	if err := a.Send(make([]byte, 80_000)); !errors.Is(err, syscall.ENOBUFS) {
		return fmt.Errorf("Send: got %v, want ENOBUFS", err)
	}
	if n, err := a.ReadFrom(io.LimitReader(zeros{}, 80_000)); n != 80_000 || err != nil {
		return fmt.Errorf("ReadFrom: got %d, %v, want all", n, err)
	}
	n, err := io.ReadFull(b, make([]byte, 80_000))
	if err != nil {
		return fmt.Errorf("after a Send that failed: got %d bytes, %v", n, err)
	}
	if n, err := b.Readable(); n != 0 || err != nil {
		return fmt.Errorf("got %d bytes more, %v, want none", n, err)
	}
	return nil
}

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
