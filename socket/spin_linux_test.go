package socket_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
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

// A call that spins ends as soon as one that is parked. The quickest of some
// rounds counts: another program may have the processor for a while.
func TestInterruptionsEndEverySpin(t *testing.T) {
	needTwoProcs(t)
	const soon = 20 * time.Millisecond
	for _, c := range blockedCalls() {
		if c.name == "Accept" || c.name == "Connect" { // neither spins
			continue
		}
		for _, in := range spinEnders {
			t.Run(c.name+"/"+in.name, func(t *testing.T) {
				quickest := time.Hour
				for range 4 {
					quickest = min(quickest, endSpin(t, c, in.begin, in.end, in.want))
				}
				if quickest > soon {
					t.Errorf("got an end after %v, want it within %v", quickest, soon)
				}
			})
		}
	}
}

// The deadline and the timeout of a call end its spin too, which by itself ends
// when the processor is wanted elsewhere: after a moment or long after. Calls that
// park say how late the machine is as it is.
func TestSpinEndsAtTheLimitOfItsCall(t *testing.T) {
	needTwoProcs(t)
	for _, c := range spinEnders {
		if c.name != "deadline ahead" && c.name != "timeout" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			spins, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			spins.SetSpin(time.Hour)
			parks, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			parks.SetSpin(-1)
			const rounds, late = 20, 3 * time.Millisecond
			got := leastOf(5, func() time.Duration {
				return lateness(t, spins, c.begin, rounds) - 2*lateness(t, parks, c.begin, rounds)
			})
			if got > late {
				t.Errorf("got calls that end %v later on average than twice what parked ones need, want %v at most", got, late)
			}
		})
	}
}

// lateness is how long after its limit, which is ahead, a receive ends.
func lateness(t testing.TB, s *socket.Socket, begin func(testing.TB, *socket.Socket), rounds int) (sum time.Duration) {
	t.Helper()
	for range rounds {
		at := time.Now()
		begin(t, s)
		if _, err := s.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
		}
		sum += time.Since(at) - ahead
	}
	return sum / time.Duration(rounds)
}

// endSpin ends a call that would spin for long, and returns how long after that
// it ended.
func endSpin(t testing.TB, c blocked, begin func(testing.TB, *socket.Socket), end func(*socket.Socket), want error) time.Duration {
	t.Helper()
	sc := c.scene(t)
	defer sc.close()
	sc.s.SetSpin(time.Hour)
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

func held(try func() (socket.Turn, error)) bool {
	turn, err := try()
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

// A positive SetSpin spins, which costs the processor's time: the other tests
// see spinning calls.
func TestSpinSpins(t *testing.T) {
	needTwoProcs(t)
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	a.SetSpin(time.Hour)
	if got := mostOf(5, func() time.Duration { return silence(t, a, 50*time.Millisecond) }); got < 10*time.Millisecond {
		t.Errorf("got %v of CPU time in a spin of 50ms, want 10ms at least", got)
	}
}

// A call that waits for a silent peer costs next to nothing: never when it may
// not spin, and by default when it has been met by spinning before.
func TestSilenceCostsNoCPUTime(t *testing.T) {
	for _, c := range []struct {
		name  string
		spin  time.Duration
		limit time.Duration
	}{
		{"never", -1, 5 * time.Millisecond},
		{"default", 0, 5 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			elsewhere(t, a)
			a.SetSpin(c.spin)
			answer(t, b)
			got := leastOf(3, func() time.Duration {
				for range 100 {
					ping(t, a)
				}
				return silence(t, a, 300*time.Millisecond)
			})
			if got > c.limit {
				t.Errorf("got %v of CPU time in 300ms of silence, want %v at most", got, c.limit)
			}
		})
	}
}

// silence is the CPU time of a receive that waits so long for nothing.
func silence(t testing.TB, s *socket.Socket, d time.Duration) time.Duration {
	t.Helper()
	before := testutil.CPUTime()
	setDeadline(t, s, time.Now().Add(d))
	if _, err := s.Recv(make([]byte, 1), 0); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, os.ErrDeadlineExceeded)
	}
	setDeadline(t, s, time.Time{})
	return testutil.CPUTime() - before
}

func leastOf(n int, f func() time.Duration) time.Duration {
	least := f()
	for range n - 1 {
		least = min(least, f())
	}
	return least
}

func mostOf(n int, f func() time.Duration) time.Duration {
	return -leastOf(n, func() time.Duration { return -f() })
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
// messages by the others, whether the peers are goroutines or another process.
// Those that always spin, on fewer processors than they are, are not that fair,
// but none stands still.
func TestSpinIsFair(t *testing.T) {
	for _, c := range []struct {
		name  string
		spin  time.Duration
		share int64
	}{{"default", 0, 20}, {"always", time.Hour, 1 << 20}, {"never", -1, 20}} {
		t.Run(c.name+"/one process", func(t *testing.T) {
			fair(t, c.spin, c.share, func(b *socket.Socket) { answer(t, b) })
		})
		t.Run(c.name+"/two processes", func(t *testing.T) {
			var far []*os.File
			fair(t, c.spin, c.share, func(b *socket.Socket) {
				f, err := b.Detach(nil)
				if err != nil {
					t.Fatal(err)
				}
				if far = append(far, f); len(far) == fairPairs {
					echoElsewhere(t, far, c.spin)
				}
			})
		})
	}
}

const (
	fairPairs = 16
	fairTime  = 150 * time.Millisecond
)

// fair has connections exchange messages for a while; the slowest must have made
// a share of the rounds of the quickest.
func fair(t *testing.T, spin time.Duration, share int64, serve func(b *socket.Socket)) {
	var counts [fairPairs]atomic.Int64
	var as [fairPairs]*socket.Socket
	for i := range as {
		a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
		elsewhere(t, a)
		a.SetSpin(spin)
		b.SetSpin(spin)
		as[i] = a
		serve(b)
	}
	for _, a := range as {
		setDeadline(t, a, time.Now().Add(safetyNet))
		ping(t, a) // when another process has started
	}
	var wg sync.WaitGroup
	end := time.Now().Add(fairTime)
	for i, a := range as {
		wg.Go(func() {
			for time.Now().Before(end) {
				if err := roundTrip(a); err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
				counts[i].Add(1)
			}
		})
	}
	wg.Wait()
	slowest, quickest := int64(1<<62), int64(0)
	for i := range counts {
		slowest, quickest = min(slowest, counts[i].Load()), max(quickest, counts[i].Load())
	}
	if want := max(1, quickest/share); slowest < want {
		t.Errorf("got %d rounds of the slowest connection and %d of the quickest, want %d at least", slowest, quickest, want)
	}
}

func init() {
	testutil.RegisterChild("echo", echoChild)
	testutil.RegisterChild("one P", onePChild)
}

// echoElsewhere has another process answer on files, which it closes here.
func echoElsewhere(t testing.TB, files []*os.File, spin time.Duration) {
	t.Helper()
	cmd := testutil.Child(t, "echo", "UDS_TEST_SPIN="+spin.String())
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
	for i := range fairPairs {
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
