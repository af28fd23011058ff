package uds_test

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Everything at once: senders to two receivers, which restart, with timeouts,
// cancellation and messages of all sizes. No call hangs and no error is another
// than those expected; the leak gate sees what helpers are left.
func TestDgramFullRounds(t *testing.T) { fullRounds(t, 700*time.Millisecond) }

func TestDgramFullRoundsSoak(t *testing.T) { fullRounds(t, testutil.Soak(t)) }

func fullRounds(t *testing.T, d time.Duration) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	end := time.Now().Add(d)
	paths := []string{testutil.SocketPath(t), testutil.SocketPath(t)}
	senders := []*uds.DgramConn{newDgram(t), listenDgram(t), newDgram(t)}
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() { receiveRounds(t, path, end, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	for i, c := range senders {
		must(t, c.SetDeadline(end.Add(safety)))
		wg.Go(func() { cancelRounds(c, end, rand.New(rand.NewPCG(seed, uint64(10+i)))) })
		for j := range 4 {
			rnd := rand.New(rand.NewPCG(seed, uint64(100+10*i+j)))
			wg.Go(func() { sendRounds(t, c, paths, end, rnd) })
		}
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(d + safety):
		t.Fatal("a call hangs")
	}
}

// receiveRounds receives at a random pace and restarts at times.
func receiveRounds(t *testing.T, path string, end time.Time, rnd *rand.Rand) {
	p := make([]byte, 1<<17)
	for time.Now().Before(end) {
		c, err := uds.ListenDgram(path)
		if err != nil {
			t.Error(err)
			return
		}
		c.SetReadTimeout(5 * time.Millisecond)
		for range rnd.IntN(60) {
			if _, err := c.Recv(p); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			if rnd.IntN(8) == 0 {
				time.Sleep(time.Duration(rnd.IntN(3000)) * time.Microsecond) // its pace
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// cancelRounds interrupts a socket's calls.
func cancelRounds(c *uds.DgramConn, end time.Time, rnd *rand.Rand) {
	for time.Now().Before(end) {
		time.Sleep(time.Duration(rnd.IntN(4000)) * time.Microsecond) // its pace
		switch rnd.IntN(3) {
		case 0:
			c.Cancel()
		case 1:
			c.SetWriteTimeout(time.Duration(rnd.IntN(8)) * time.Millisecond)
		case 2:
			c.SetWriteDeadline(time.Now().Add(time.Duration(rnd.IntN(3)) * time.Millisecond))
			c.SetWriteDeadline(end.Add(safety))
		}
	}
	c.SetWriteTimeout(time.Millisecond)
	c.Cancel() // what began before the timeout
}

// sendRounds sends datagrams of all sizes in all ways.
func sendRounds(t *testing.T, c *uds.DgramConn, paths []string, end time.Time, rnd *rand.Rand) {
	sizes := []int{0, 1, 100, 16000, 60000}
	for time.Now().Before(end) {
		p := make([]byte, sizes[rnd.IntN(len(sizes))])
		to := uds.MustParseAddr(paths[rnd.IntN(len(paths))])
		var err error
		switch rnd.IntN(3) {
		case 0:
			_, err = c.WriteToAddr(p, to)
		case 1:
			err = c.SendMsg(&uds.Message{Buffers: [][]byte{p}, Addr: to}, 0)
		case 2:
			ms := []uds.Message{{Buffers: [][]byte{p}, Addr: to}, {Addr: uds.MustParseAddr(paths[0])}}
			_, err = c.SendBatch(ms)
		}
		if err != nil && !expected(err) {
			t.Errorf("got %v, want an end of the call or of the receiver", err)
		}
	}
}

func expected(err error) bool {
	for _, want := range []error{os.ErrDeadlineExceeded, context.Canceled, fs.ErrNotExist, syscall.ECONNREFUSED} {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}
