package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// closeSpins are the ways to wait that a closed connection is tested with.
var closeSpins = map[string]time.Duration{"never spins": -1, "default": 0, "always spins": time.Second}

// closePairs make a connection to close, whose receives are made of plain or
// raw calls, and its peer.
var closePairs = map[string]func(t testing.TB) func() (c, peer msgConn, err error){
	"seqpacket": func(testing.TB) func() (msgConn, msgConn, error) {
		return func() (msgConn, msgConn, error) { c, peer, err := uds.SeqPair(); return c, peer, err }
	},
	"dgram": func(testing.TB) func() (msgConn, msgConn, error) {
		return func() (msgConn, msgConn, error) { c, peer, err := uds.DgramPair(); return c, peer, err }
	},
	"seqpacket raw": rawSeqs,
	"dgram raw":     rawDgrams,
}

// rawSeqs makes accepted connections that refuse files.
func rawSeqs(t testing.TB) func() (msgConn, msgConn, error) {
	l, err := (&uds.ListenConfig{Options: uds.Options{RefuseFiles: true}}).ListenSeq(context.Background(), abstractName())
	needRefuseFiles(t, err)
	closeLater(t, l)
	return func() (msgConn, msgConn, error) {
		peer, err := uds.DialSeq(l.Addr().String())
		if err != nil {
			return nil, nil, err
		}
		c, err := l.AcceptSeq()
		return c, peer, err
	}
}

// rawDgrams makes bound sockets that refuse files, each connected to its peer.
func rawDgrams(t testing.TB) func() (msgConn, msgConn, error) {
	lc := uds.ListenConfig{Options: uds.Options{RefuseFiles: true}}
	probe, err := lc.ListenDgram(context.Background(), abstractName())
	needRefuseFiles(t, err)
	probe.Close()
	return func() (msgConn, msgConn, error) {
		c, err := lc.ListenDgram(context.Background(), abstractName())
		if err != nil {
			return nil, nil, err
		}
		d := uds.Dialer{LocalAddr: uds.MustParseAddr(abstractName())}
		peer, err := d.DialDgram(context.Background(), c.LocalAddr().String())
		if err == nil {
			err = c.Connect(uds.MustParseAddr(peer.LocalAddr().String()))
		}
		return c, peer, err
	}
}

func needRefuseFiles(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs RefuseFiles (Linux 6.16): %v", err)
	}
	must(t, err)
}

// closeUsers are the calls that Close races with. What they receive is mine.
var closeUsers = []struct {
	name  string
	sends bool
	call  func(c msgConn, p []byte) (n int, err error)
}{
	{"Read", false, func(c msgConn, p []byte) (int, error) { return c.Read(p) }},
	{"Recv", false, func(c msgConn, p []byte) (int, error) { return c.Recv(p) }},
	{"RecvMsg", false, func(c msgConn, p []byte) (int, error) {
		m := uds.Message{Buffers: [][]byte{p}}
		err := c.RecvMsg(&m, 0)
		return m.N, err
	}},
	{"RecvMsg with OOB", false, func(c msgConn, p []byte) (int, error) {
		m := uds.Message{Buffers: [][]byte{p}, OOB: &uds.OOB{MaxFiles: 1}}
		err := c.RecvMsg(&m, 0)
		return m.N, err
	}},
	{"RecvBatch", false, func(c msgConn, p []byte) (int, error) {
		ms := []uds.Message{{Buffers: [][]byte{p}}}
		_, err := c.RecvBatch(ms)
		return ms[0].N, err
	}},
	{"Write", true, func(c msgConn, p []byte) (int, error) { return c.Write([]byte(mine)) }},
	{"Send", true, func(c msgConn, p []byte) (int, error) { return 0, c.Send([]byte(mine)) }},
	{"SendMsg", true, func(c msgConn, p []byte) (int, error) {
		return 0, c.SendMsg(&uds.Message{Buffers: [][]byte{[]byte(mine)}}, 0)
	}},
}

const (
	mine     = "mine"
	stranger = "a stranger's"
)

// A connection is closed while others call, and a stranger's socket takes its
// number at once: no call touches that. Before some rounds' Close a deadline or
// Cancel ends the calls.
func TestClosedNumberIsAStrangers(t *testing.T) {
	eachCloseVariant(t, func(t *testing.T, v *closeVariant) {
		v.run(t, 200)
		if v.reused < 100 {
			t.Errorf("got the closed number again in %d of 200 rounds, want 100 at least", v.reused)
		}
	})
}

// As many rounds as UDS_SOAK, a time, has room for.
func TestClosedNumberIsAStrangersSoak(t *testing.T) {
	share := testutil.Soak(t) / time.Duration(len(closePairs)*len(closeSpins))
	eachCloseVariant(t, func(t *testing.T, v *closeVariant) {
		for end := time.Now().Add(share); time.Now().Before(end); {
			v.run(t, 100)
		}
	})
}

func eachCloseVariant(t *testing.T, f func(t *testing.T, v *closeVariant)) {
	for kind, pairs := range closePairs {
		for name, spin := range closeSpins {
			t.Run(kind+"/"+name, func(t *testing.T) {
				f(t, &closeVariant{pair: pairs(t), spin: spin, rnd: rand.New(rand.NewPCG(uint64(len(kind)), uint64(spin)))})
			})
		}
	}
}

type closeVariant struct {
	pair   func() (c, peer msgConn, err error)
	spin   time.Duration
	rnd    *rand.Rand
	reused int // rounds in which the stranger had the number
}

func (v *closeVariant) run(t testing.TB, rounds int) {
	t.Helper()
	for round := range rounds {
		if err := v.round(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// round has two receivers and a sender use a connection and closes it, or closes
// it while one receiver is alone with it.
func (v *closeVariant) round() error {
	c, peer, err := v.pair()
	if err != nil {
		return err
	}
	c.SetSpin(v.spin)
	peer.SetSpin(v.spin)
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	users := []int{v.rnd.IntN(5), v.rnd.IntN(5), 5 + v.rnd.IntN(3)}
	if alone := v.rnd.IntN(2) == 0; alone {
		users = users[:1]
		rnd := rand.New(rand.NewPCG(v.rnd.Uint64(), 0))
		wg.Go(func() { failed <- sayOnce(peer, rnd) })
	} else {
		wg.Go(func() { failed <- converse(peer) })
	}
	for _, i := range users {
		wg.Go(func() { failed <- useUntilClosed(c, i) })
	}
	v.interrupt(c)
	err = c.Close()
	s, serr := v.squat(number)
	peer.Close()
	wg.Wait()
	if err = errors.Join(err, serr, s.check()); err != nil {
		return err
	}
	for len(failed) > 0 {
		err = errors.Join(err, <-failed)
	}
	return err
}

// interrupt lets the calls get somewhere, and may end them before the Close.
func (v *closeVariant) interrupt(c msgConn) {
	pause(v.rnd)
	switch v.rnd.IntN(3) {
	case 0:
		c.(interface{ Cancel() }).Cancel()
	case 1:
		c.SetDeadline(past)
		c.SetDeadline(time.Time{})
	}
}

// useUntilClosed makes a call again and again, and some more when the
// connection is closed.
func useUntilClosed(c msgConn, i int) error {
	u := closeUsers[i]
	p := make([]byte, 32)
	for closed := 0; closed < 5; {
		n, err := u.call(c, p)
		switch {
		case errors.Is(err, net.ErrClosed):
			closed++
		case closed > 0:
			return fmt.Errorf("%s: got %d, %w, want net.ErrClosed as before", u.name, n, err)
		case errors.Is(err, context.Canceled), errors.Is(err, os.ErrDeadlineExceeded):
		case err != nil:
			return fmt.Errorf("%s: %w", u.name, err)
		case !u.sends && string(p[:n]) != mine:
			return fmt.Errorf("%s: got %q, want %q", u.name, p[:n], mine)
		}
	}
	return nil
}

// sayOnce sends one message to the connection that is closed meanwhile.
func sayOnce(peer msgConn, rnd *rand.Rand) error {
	pause(rnd)
	switch err := peer.Send([]byte(mine)); {
	case err == nil, errors.Is(err, net.ErrClosed), errors.Is(err, syscall.EPIPE),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.ECONNREFUSED):
		return nil
	default:
		return fmt.Errorf("the peer: %w", err)
	}
}

// converse sends to the connection that is closed, and receives, until it is.
func converse(peer msgConn) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if err := peer.Send([]byte(mine)); err != nil {
				return
			}
		}
	}()
	defer func() { <-done }()
	p := make([]byte, 32)
	for {
		n, err := peer.Recv(p)
		if errors.Is(err, net.ErrClosed) || err == io.EOF || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNREFUSED) {
			return nil
		}
		if err != nil || string(p[:n]) != mine {
			return fmt.Errorf("the peer: got %q, %w, want %q", p[:n], err, mine)
		}
	}
}

func numberOf(c msgConn) (number int, err error) {
	rc, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	return number, rc.Control(func(fd uintptr) { number = int(fd) })
}

// squatter is a stranger's socket pair whose first end has a message queued.
type squatter [2]int

// squat makes one; its first end has the number if it is free.
func (v *closeVariant) squat(number int) (s squatter, err error) {
	s, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return s, err
	}
	if s[1] == number {
		s[0], s[1] = s[1], s[0]
	}
	if s[0] == number {
		v.reused++
	}
	_, err = unix.Write(s[1], []byte(stranger))
	return s, err
}

// check closes the pair, and tells whether somebody used it meanwhile.
func (s squatter) check() error {
	defer unix.Close(s[0])
	defer unix.Close(s[1])
	p := make([]byte, 32)
	n, err := unix.Read(s[0], p)
	if err != nil || string(p[:n]) != stranger {
		return fmt.Errorf("the stranger has %q, %v, want %q", p[:max(n, 0)], err, stranger)
	}
	if n, err = unix.Read(s[1], p); err != unix.EAGAIN {
		return fmt.Errorf("the stranger's peer has %q, %v, want nothing", p[:max(n, 0)], err)
	}
	return nil
}
