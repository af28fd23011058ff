package socket_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// spinEnders end a call that spins. It began after begin.
var spinEnders = []struct {
	name  string
	want  error
	begin func(t testing.TB, s *socket.Socket)
	end   func(s *socket.Socket)
}{
	{"Close", net.ErrClosed, nil, func(s *socket.Socket) { s.Close() }},
	{"Cancel", context.Canceled, nil, func(s *socket.Socket) { s.Cancel() }},
	{"deadline", os.ErrDeadlineExceeded, nil, func(s *socket.Socket) { s.SetDeadline(time.Now()) }},
	{"deadline that is moved", os.ErrDeadlineExceeded, func(t testing.TB, s *socket.Socket) {
		setDeadline(t, s, time.Now().Add(time.Hour))
	}, func(s *socket.Socket) { s.SetDeadline(time.Now()) }},
	{"deadline ahead", os.ErrDeadlineExceeded, func(t testing.TB, s *socket.Socket) {
		setDeadline(t, s, time.Now().Add(ahead))
	}, func(*socket.Socket) {}},
	{"timeout", os.ErrDeadlineExceeded, func(t testing.TB, s *socket.Socket) {
		setTimeouts(t, s, ahead)
	}, func(*socket.Socket) {}},
	{"Detach", net.ErrClosed, nil, func(s *socket.Socket) {
		if f, err := s.Detach(nil); err == nil {
			f.Close()
		}
	}},
}

// ahead is how far off a limit is that a call meets while it spins.
const ahead = 5 * time.Millisecond

func setDeadline(t testing.TB, s *socket.Socket, at time.Time) {
	t.Helper()
	if err := s.SetDeadline(at); err != nil {
		t.Fatal(err)
	}
}

// soon is far longer than the end of a spin takes, and far shorter than spinOn,
// a spin that nothing ends.
const (
	soon   = 20 * time.Millisecond
	spinOn = 3 * time.Second
)

// A call that spins ends as soon as one that is parked.
func TestInterruptionsEndEverySpin(t *testing.T) {
	needTwoProcs(t)
	for _, c := range blockedCalls() {
		if c.name == "Accept" || c.name == "Connect" { // neither spins
			continue
		}
		for _, in := range spinEnders {
			t.Run(c.name+"/"+in.name, func(t *testing.T) {
				testutil.AtMost(t, soon, func() time.Duration {
					return endSpin(t, c, in.begin, in.end, in.want)
				}, "from the interruption to the end of the call")
			})
		}
	}
}

// The deadline and the timeout of a call end its spin too: it does not park
// before, nor go on after.
func TestSpinEndsAtTheLimitOfItsCall(t *testing.T) {
	needTwoProcs(t)
	for _, c := range spinEnders {
		if c.name != "deadline ahead" && c.name != "timeout" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			a.SetSpin(spinOn)
			testutil.AtMost(t, soon, func() time.Duration { return lateness(t, a, c.begin) }, "from the limit to the end of the call")
			if socket.HasParked(a) {
				t.Error("got a call that parked, want one that spins until its limit")
			}
		})
	}
}

// lateness is how long after its limit, which is ahead, a receive ends.
func lateness(t testing.TB, s *socket.Socket, begin func(testing.TB, *socket.Socket)) time.Duration {
	t.Helper()
	at := time.Now()
	begin(t, s)
	done := start(func() error { _, err := s.Recv(make([]byte, 1), 0); return err })
	if err := within(t, done); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
	}
	return time.Since(at) - ahead
}

// endSpin ends a call that would spin for long, and returns how long after that
// it ended.
func endSpin(t testing.TB, c blocked, begin func(testing.TB, *socket.Socket), end func(*socket.Socket), want error) time.Duration {
	t.Helper()
	sc := c.scene(t)
	defer sc.close()
	sc.s.SetSpin(spinOn)
	if begin != nil {
		begin(t, sc.s)
	}
	done := start(func() error { return sc.call(background) })
	waitBegun(t, sc.s, done)
	at := time.Now()
	end(sc.s)
	if err := within(t, done); !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	return time.Since(at)
}

// waitBegun waits until a call has a turn of s, or is over.
func waitBegun(t testing.TB, s *socket.Socket, done <-chan error) {
	t.Helper()
	testutil.Eventually(t, safetyNet, func() bool {
		return len(done) > 0 || held(s.TryBeginRecv) || held(s.TryBeginSend)
	}, "a call that has begun")
}

func held(try func(*socket.Turn) error) bool {
	var turn socket.Turn
	err := try(&turn)
	if err == nil {
		turn.End()
	}
	return err == socket.ErrWouldBlock
}

// needTwoProcs skips t where no call spins.
func needTwoProcs(t testing.TB) {
	t.Helper()
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("needs GOMAXPROCS of 2 or more: with 1 no call spins")
	}
}

// A positive SetSpin spins from the first wait on, also of a connection of which
// nobody knows yet where its peer is. That costs the processor's time: the other
// tests see spinning calls. How much of it a call gets is the machine's affair.
func TestSpinSpins(t *testing.T) {
	needTwoProcs(t)
	for name, make := range map[string]func(t testing.TB, family, typ int) (a, b *socket.Socket){"pair": pair, "connection": connected} {
		t.Run(name, func(t *testing.T) {
			a, _ := make(t, socket.AFUnix, socket.SockSeqpacket)
			a.SetSpin(time.Hour)
			var used time.Duration
			for end := time.Now().Add(safetyNet); used < 20*time.Millisecond; {
				used += silence(t, a, 20*time.Millisecond)
				if socket.HasParked(a) {
					t.Fatal("got a call that parked, want one that spins until its limit")
				}
				if time.Now().After(end) {
					t.Fatalf("got %v of CPU time in spins of %v, want some", used, safetyNet)
				}
			}
		})
	}
}

// A call that waits for a silent peer costs next to nothing: never when it may
// not spin, and by default when it has been met by spinning before.
func TestSilenceCostsNoCPUTime(t *testing.T) {
	const wait = 300 * time.Millisecond
	for _, c := range []struct {
		name string
		spin time.Duration
	}{{"never", -1}, {"default", 0}} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			a.SetSpin(c.spin)
			answerElsewhere(t, []*socket.Socket{b}, c.spin) // two that wait in one process do not spin
			testutil.AtMost(t, wait/30, func() time.Duration {
				for range 100 {
					ping(t, a)
				}
				return silence(t, a, wait)
			}, "CPU time of %v of silence", wait)
		})
	}
}

// silence is the CPU time of a receive that waits so long for nothing.
func silence(t testing.TB, s *socket.Socket, d time.Duration) time.Duration {
	t.Helper()
	defer setDeadline(t, s, time.Time{})
	return testutil.CPUOf(func() {
		setDeadline(t, s, time.Now().Add(d))
		if _, err := s.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
		}
	})
}

// elsewhere makes the ends of a pair treat their peers as those of another
// process, as one that was handed out is.
func elsewhere(t testing.TB, s *socket.Socket) {
	t.Helper()
	f, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// answer sends back what s receives, until s is closed.
func answer(t testing.TB, s *socket.Socket) {
	t.Helper()
	done := make(chan struct{})
	go func() { echo(s); close(done) }()
	t.Cleanup(func() { s.Close(); <-done })
}

func echo(s *socket.Socket) {
	p := make([]byte, 64)
	for {
		n, err := s.Recv(p, 0)
		if err != nil || n == 0 {
			return
		}
		if _, err := s.Send(p[:n], 0); err != nil {
			return
		}
	}
}

func ping(t testing.TB, s *socket.Socket) {
	t.Helper()
	if err := roundTrip(s); err != nil {
		t.Fatal(err)
	}
}

func roundTrip(s *socket.Socket) error {
	if _, err := s.Send([]byte("x"), 0); err != nil {
		return err
	}
	_, err := s.Recv(make([]byte, 8), 0)
	return err
}

// Many connections share the processors: by default none is kept from its
// messages by the others, nor all of them by those that spin, whether the peers
// are goroutines or another process. Those that always spin, on fewer processors
// than they are, are not that fair, but none stands still.
func TestSpinIsFair(t *testing.T) {
	for _, c := range []struct {
		name string
		spin time.Duration
		want fairness
	}{
		{"default", 0, fairness{200, 20}},
		{"always", time.Hour, fairness{3, 1 << 20}},
		{"never", -1, fairness{200, 20}},
	} {
		for _, p := range []struct {
			name  string
			serve func(t testing.TB, bs []*socket.Socket, spin time.Duration)
		}{{"one process", answerHere}, {"two processes", answerElsewhere}} {
			t.Run(c.name+"/"+p.name, func(t *testing.T) {
				if c.spin != 0 {
					fair(t, c.spin, c.want, p.serve)
					return
				}
				testutil.AtMost(t, 0, func() time.Duration {
					return fair(t, c.spin, c.want, p.serve) - 10*fair(t, -1, c.want, p.serve)
				}, "time of the rounds, less ten times that without spinning")
			})
		}
	}
}

func answerHere(t testing.TB, bs []*socket.Socket, _ time.Duration) {
	for _, b := range bs {
		answer(t, b)
	}
}

func answerElsewhere(t testing.TB, bs []*socket.Socket, spin time.Duration) {
	t.Helper()
	var far []*os.File
	for _, b := range bs {
		f, err := b.Detach(nil)
		if err != nil {
			t.Fatal(err)
		}
		far = append(far, f)
	}
	echoElsewhere(t, far, spin)
}

const fairPairs = 16

// fairness is how many rounds the slowest connection has to make: a number of
// them, and that share of the rounds of the quickest.
type fairness struct{ rounds, share int64 }

// fair has connections exchange messages until the slowest has made its share,
// and returns how long that took.
func fair(t testing.TB, spin time.Duration, want fairness, serve func(testing.TB, []*socket.Socket, time.Duration)) time.Duration {
	t.Helper()
	as, bs := make([]*socket.Socket, fairPairs), make([]*socket.Socket, fairPairs)
	for i := range as {
		as[i], bs[i] = pair(t, socket.AFUnix, socket.SockSeqpacket)
		defer as[i].Close()
		elsewhere(t, as[i])
		as[i].SetSpin(spin)
		bs[i].SetSpin(spin)
	}
	serve(t, bs, spin)
	for _, a := range as {
		setDeadline(t, a, time.Now().Add(2*safetyNet))
		ping(t, a) // when another process has started
	}
	var counts [fairPairs]atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	begun := time.Now()
	for i, a := range as {
		wg.Go(func() {
			for !stop.Load() {
				if err := roundTrip(a); err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
				counts[i].Add(1)
			}
		})
	}
	slowest, quickest := fairRounds(&counts)
	for slowest < max(want.rounds, quickest/want.share) && time.Since(begun) < safetyNet {
		time.Sleep(time.Millisecond) // a signal for each round would set the pace that is measured
		slowest, quickest = fairRounds(&counts)
	}
	took := time.Since(begun)
	stop.Store(true)
	wg.Wait()
	if want := max(want.rounds, quickest/want.share); slowest < want {
		t.Fatalf("got %d rounds of the slowest connection and %d of the quickest, want %d at least", slowest, quickest, want)
	}
	return took
}

func fairRounds(counts *[fairPairs]atomic.Int64) (slowest, quickest int64) {
	slowest = counts[0].Load()
	for i := range counts {
		n := counts[i].Load()
		slowest, quickest = min(slowest, n), max(quickest, n)
	}
	return slowest, quickest
}

func init() {
	testutil.RegisterChild("echo", echoChild)
	testutil.RegisterChild("one P", onePChild)
}

// echoElsewhere has another process answer on files, which it closes here.
func echoElsewhere(t testing.TB, files []*os.File, spin time.Duration) {
	t.Helper()
	cmd := testutil.Child(t, "echo", "UDS_TEST_SPIN="+spin.String(), "UDS_TEST_FILES="+strconv.Itoa(len(files)))
	cmd.ExtraFiles, cmd.Stderr = files, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		f.Close()
	}
}

func echoChild() {
	spin, err := time.ParseDuration(os.Getenv("UDS_TEST_SPIN"))
	childCheck(err)
	var wg sync.WaitGroup
	n, err := strconv.Atoi(os.Getenv("UDS_TEST_FILES"))
	childCheck(err)
	for i := range n {
		f := os.NewFile(uintptr(3+i), "")
		s, err := socket.FromFile(f)
		childCheck(err)
		f.Close()
		s.SetSpin(spin)
		wg.Go(func() { echo(s) })
	}
	wg.Wait()
}

func childCheck(err error) {
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

// With one P a call that spins would keep its own peer from answering.
func TestSpinWithOneP(t *testing.T) {
	cmd := testutil.Child(t, "one P", "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

func onePChild() {
	for _, spin := range []time.Duration{0, -1, time.Hour} {
		for _, far := range []bool{false, true} {
			onePRounds(spin, far)
			onePEnds(spin, far)
		}
	}
}

func onePPair(spin time.Duration, far bool) (a, b *socket.Socket) {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	childCheck(err)
	if far {
		f, err := a.File()
		childCheck(err)
		f.Close()
	}
	a.SetSpin(spin)
	b.SetSpin(spin)
	childCheck(a.SetDeadline(time.Now().Add(safetyNet)))
	return a, b
}

func onePRounds(spin time.Duration, far bool) {
	a, b := onePPair(spin, far)
	done := start(func() error { echo(b); return nil })
	for range 1000 {
		childCheck(roundTrip(a))
	}
	a.Close()
	<-done
	b.Close()
}

func onePEnds(spin time.Duration, far bool) {
	for _, in := range spinEnders {
		if in.begin != nil {
			continue
		}
		a, b := onePPair(spin, far)
		done := start(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
		for range 3 {
			runtime.Gosched()
		}
		if err := <-retried(done, func() { in.end(a) }); !errors.Is(err, in.want) {
			childCheck(errors.Join(errors.New(in.name), err))
		}
		a.Close()
		b.Close()
	}
}
