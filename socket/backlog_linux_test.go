package socket

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

// The pauses of a connect that waits for room grow with the time that it has waited
// for, so that one that waits for long costs less and less. They vary.
func TestPausesOfAConnect(t *testing.T) {
	defer standIn(nameOf(t, 0)).leave()
	var p, other pauses
	for vary, i := false, 0; !vary; i++ {
		if vary = p.next(1) != other.next(1); i == 1000 {
			t.Fatal("the pauses of two calls do not vary")
		}
	}
	p = pauses{}
	tries := map[time.Duration]int{}
	for at := int64(1); at < int64(30*time.Second); {
		next := p.next(at)
		patience := min(max(longestPause, time.Duration(at)/100), 10*longestPause)
		if pause := time.Duration(next - at); pause <= 0 || pause > patience {
			t.Fatalf("after %v: got a pause of %v, want %v at most", time.Duration(at), pause, patience)
		}
		at = next
		tries[time.Duration(at).Truncate(10*time.Second)]++
	}
	if first, last := tries[0], tries[20*time.Second]; first < 300 || first > 900 || last < 100 || last > 200 {
		t.Errorf("got %d tries in the first ten seconds, %d in the last, want 300 to 900 and 100 to 200", first, last)
	}
}

// Calls that wait for many listeners have longer pauses, all together.
func TestPausesOfConnectsToManyListeners(t *testing.T) {
	const lines = 500
	for i := range lines {
		defer standIn(nameOf(t, i)).leave()
	}
	var p pauses
	tries, at := 0, int64(1)
	for ; at < int64(10*time.Second); tries++ {
		at = p.next(at)
	}
	if perSecond := lines * tries / 10; perSecond < 3000 || perSecond > 7000 {
		t.Errorf("got %d tries a second, want 3000 to 7000", perSecond)
	}
}

// A call looks for itself, too, but not at first, where another with the same address
// does not get through: in another namespace that may be another listener's.
func TestConnectBehindAnother(t *testing.T) {
	_, to := listenOne(t)
	defer standIn(to).leave()
	s := newSeqpacket(t)
	if err := s.SetWriteTimeout(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	begun := now()
	if err := s.Connect(context.Background(), to); err != nil {
		t.Fatal(err)
	}
	if took := time.Duration(now() - begun); took < recheck/2 {
		t.Errorf("it looked after %v, want %v at least", took, recheck/2)
	}
}

// What ends a call does so at once, however seldom the call looks around.
func TestConnectBehindAnotherEnds(t *testing.T) {
	_, to := listenOne(t)
	defer standIn(to).leave()
	backlogged.Add(1 << 20)
	defer backlogged.Add(-1 << 20)
	for name, end := range map[string]func(s *Socket, cancel func()){
		"Cancel":   func(s *Socket, _ func()) { s.Cancel() },
		"Close":    func(s *Socket, _ func()) { s.Close() },
		"deadline": func(s *Socket, _ func()) { s.SetWriteDeadline(time.Now()) },
		"context":  func(_ *Socket, cancel func()) { cancel() },
	} {
		s := newSeqpacket(t)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- s.Connect(ctx, to) }()
		testutil.Eventually(t, 20*time.Second, func() bool { return inLine(to) == 2 }, "the call waits")
		end(s, cancel)
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("%s: got no error", name)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the call waits on", name)
		}
		cancel()
	}
}

// Connects that wait for room have it in the order in which they began, and none
// that begins later has it before.
func TestConnectsStandInLine(t *testing.T) {
	const calls = 4
	l, to := listenOne(t)
	if err := newSeqpacket(t).Connect(context.Background(), to); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, calls)
	for i := range calls {
		s := newSeqpacket(t)
		if err := s.Bind(nameOf(t, i)); err != nil {
			t.Fatal(err)
		}
		go func() { done <- s.Connect(context.Background(), to) }()
		testutil.Eventually(t, 20*time.Second, func() bool { return inLine(to) == i+1 }, "call %d waits", i)
	}
	accept(t, l)
	for i := range calls {
		if got, want := accept(t, l), nameOf(t, i); got != want {
			t.Errorf("accepted %v, want %v", got, want)
		}
	}
	for range calls {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// standIn stands in line for the listener's backlog and never looks.
func standIn(to Sockaddr) *fullCall { return backlogs.join(&to.raw) }

// inLine returns how many calls wait for room in the listener's backlog.
func inLine(to Sockaddr) int {
	backlogs.mu.Lock()
	defer backlogs.mu.Unlock()
	if line := backlogs.byAddr[to.raw]; line != nil {
		return len(line.calls)
	}
	return 0
}

// accept accepts a connection, closes it and returns who has made it.
func accept(t *testing.T, l *Socket) Sockaddr {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, from, err := l.Accept(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	return from
}

// nameOf is an abstract name of this test's.
func nameOf(t *testing.T, i int) Sockaddr {
	t.Helper()
	sa, err := Unix(fmt.Sprintf("\x00%s %d %d", t.Name(), os.Getpid(), i))
	if err != nil {
		t.Fatal(err)
	}
	return sa
}

// listenOne returns a listener whose backlog holds one connection, and its address.
func listenOne(t *testing.T) (*Socket, Sockaddr) {
	t.Helper()
	l := newSeqpacket(t)
	any, err := Unix("")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Bind(any); err != nil {
		t.Fatal(err)
	}
	if err := l.Listen(0); err != nil {
		t.Fatal(err)
	}
	sa, err := l.Sockname()
	if err != nil {
		t.Fatal(err)
	}
	return l, sa
}

func newSeqpacket(t *testing.T) *Socket {
	t.Helper()
	s, err := New(AFUnix, SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
