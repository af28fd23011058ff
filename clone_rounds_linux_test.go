package uds_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	gocmp "github.com/google/go-cmp/cmp"
)

// Clones send and receive until they are closed or detached, which comes at any
// moment of their calls. What a call says it sent is received once, by a call
// that says so or later by another clone, and nothing else is.
func TestCloneRounds(t *testing.T) { cloneRounds(t, time.Now().Add(time.Second)) }

func TestCloneRoundsSoak(t *testing.T) { cloneRounds(t, time.Now().Add(testutil.Soak(t))) }

func cloneRounds(t *testing.T, end time.Time) {
	testutil.CheckLeaks(t)
	seed := uint64(time.Now().UnixNano())
	for n := uint64(0); n < uint64(len(clonePairs)) || time.Now().Before(end); n++ {
		r := &cloneRound{file: openFile(t, os.DevNull), rnd: rand.New(rand.NewPCG(seed, n)), sent: map[uint64]int{}, received: map[uint64]int{}}
		if r.run(t, clonePairs[n%uint64(len(clonePairs))]); t.Failed() {
			t.Fatalf("seed %d, round %d", seed, n)
		}
	}
}

// cloneable is a connection and its Clone.
type cloneable struct {
	endable
	clone func() (endable, error)
}

// endable is what ends a clone.
type endable interface {
	msgConn
	Cancel()
	Detach() (*os.File, error)
}

func cloneableSeq(c *uds.SeqConn) cloneable {
	return cloneable{c, func() (endable, error) { return c.Clone() }}
}

func cloneableDgram(c *uds.DgramConn) cloneable {
	return cloneable{c, func() (endable, error) { return c.Clone() }}
}

// clonePairs make the ends of a round. A sender to a full receiver waits in
// another way if that is not connected to it.
var clonePairs = []func(t *testing.T) (from, to cloneable){
	func(t *testing.T) (from, to cloneable) {
		a, b := seqPair(t)
		return cloneableSeq(a), cloneableSeq(b)
	},
	func(t *testing.T) (from, to cloneable) {
		a, b := dgramPair(t)
		return cloneableDgram(a), cloneableDgram(b)
	},
	func(t *testing.T) (from, to cloneable) {
		to = cloneableDgram(listenDgram(t))
		return cloneableDgram(dialDgram(t, to.endable.(*uds.DgramConn))), to
	},
}

// cloneRound is one round. Messages are numbered.
type cloneRound struct {
	file *os.File // to send

	mu             sync.Mutex
	rnd            *rand.Rand
	sent, received map[uint64]int
	next           uint64
}

func (r *cloneRound) run(t *testing.T, pair func(t *testing.T) (from, to cloneable)) {
	from, to := pair(t)
	defer from.Close()
	defer to.Close()
	done := make(chan struct{})
	var senders, receivers sync.WaitGroup
	for range 2 {
		senders.Go(func() {
			for range 10 {
				r.live(t, from, r.send)
			}
		})
		receivers.Go(func() {
			for !isClosed(done) {
				r.live(t, to, r.receive)
			}
		})
	}
	senders.Wait()
	close(done)
	receivers.Wait()
	for m := (uds.Message{Buffers: buffers(9)}); to.RecvMsg(&m, uds.FlagNoWait) == nil; {
		r.note(r.received, m.Buffers[0][:m.N])
	}
	if diff := gocmp.Diff(r.sent, r.received); diff != "" {
		t.Errorf("messages and how often (-sent +received):\n%s", diff)
	}
}

func isClosed(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// live makes calls on a clone until that is closed.
func (r *cloneRound) live(t *testing.T, of cloneable, call func(c endable, rnd *rand.Rand) error) {
	c, err := of.clone()
	if err != nil {
		t.Error(err)
		return
	}
	mine, others := r.rand(), r.rand()
	var end sync.WaitGroup
	defer end.Wait()
	end.Go(func() { endSomehow(c, others) })
	for {
		err := call(c, mine)
		wantNesting(t, err)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, os.ErrDeadlineExceeded):
			t.Error(err)
			return
		}
		runtime.Gosched() // to what ends c, also while a deadline ends every call at once
	}
}

// rand is a source for another goroutine.
func (r *cloneRound) rand() *rand.Rand {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rand.New(rand.NewPCG(r.rnd.Uint64(), 0))
}

// endSomehow closes or detaches c, and ends some calls before.
func endSomehow(c endable, rnd *rand.Rand) {
	for range rnd.IntN(3) {
		moment(rnd)
		switch rnd.IntN(3) {
		case 0:
			c.Cancel()
		case 1:
			_ = c.SetDeadline(time.Now().Add(time.Duration(rnd.IntN(100)) * time.Microsecond)) // closed by nobody else
		case 2:
			_ = c.SetDeadline(time.Time{})
		}
	}
	moment(rnd)
	if rnd.IntN(2) == 0 {
		if f, err := c.Detach(); err == nil {
			f.Close()
			return
		}
	}
	c.Close()
}

// note counts a message.
func (r *cloneRound) note(in map[uint64]int, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(p) != 8 {
		in[uint64(len(p))<<32]++ // none has that number
		return
	}
	in[binary.NativeEndian.Uint64(p)]++
}

// messages are n new ones.
func (r *cloneRound) messages(n int) []uds.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	ms := make([]uds.Message, n)
	for i := range ms {
		r.next++
		ms[i].Buffers = [][]byte{binary.NativeEndian.AppendUint64(nil, r.next)}
	}
	return ms
}

// send sends a few messages in some way, and notes those that were sent.
func (r *cloneRound) send(c endable, rnd *rand.Rand) (err error) {
	ms := r.messages(1 + rnd.IntN(3))
	p, n := ms[0].Buffers[0], 1
	switch rnd.IntN(4) {
	case 0:
		err = c.Send(p)
	case 1:
		err = c.SendFiles(p, r.file)
	case 2:
		_, _, err = c.WriteMsgUnix(p, nil, nil)
	case 3:
		n, err = c.SendBatch(ms)
		for i := range ms[:n] {
			r.note(r.sent, ms[i].Buffers[0])
		}
		if err == nil && n < len(ms) {
			return fmt.Errorf("SendBatch: %d of %d and no error", n, len(ms))
		}
		return err
	}
	if err == nil {
		r.note(r.sent, p)
	}
	return err
}

// receive receives in some way, and notes what came.
func (r *cloneRound) receive(c endable, rnd *rand.Rand) (err error) {
	p, n := make([]byte, 9), 0
	switch rnd.IntN(4) {
	case 0:
		n, err = c.Recv(p)
	case 1:
		var files []*os.File
		n, files, err = c.RecvFiles(p, 1)
		for _, f := range files {
			f.Close()
		}
	case 2:
		oob, oobn := make([]byte, 64), 0
		n, oobn, _, _, err = c.ReadMsgUnix(p, oob)
		closeAnyRights(oob[:oobn])
	case 3:
		ms := []uds.Message{{Buffers: buffers(9)}, {Buffers: buffers(9)}}
		n, err = c.RecvBatch(ms)
		for i := range ms[:n] {
			r.note(r.received, ms[i].Buffers[0][:ms[i].N])
		}
		return err
	}
	if err == nil {
		r.note(r.received, p[:n])
	}
	return err
}
