package uds_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("sockfile-starter", starterChild) }

// starterChild tries to listen for every line of its input that names a network
// and says how it went. A line "free" makes the winner leave a stale socket.
func starterChild() {
	path := os.Getenv("SOCKET")
	lc := &uds.ListenConfig{Existing: uds.ExistingRemoveStale, KeepFile: true}
	var l net.Listener
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "free" {
			l.Close()
			fmt.Println("freed")
			continue
		}
		got, err := lc.Listen(context.Background(), lines.Text(), path)
		switch {
		case err == nil:
			l = got
			fmt.Println("won")
		case errors.Is(err, syscall.EADDRINUSE):
			fmt.Println("in use")
		default:
			fmt.Println(err)
		}
	}
}

// starter is a starterChild.
type starter struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func newStarter(t *testing.T, path string) *starter {
	t.Helper()
	s := &starter{cmd: testutil.Child(t, "sockfile-starter", "SOCKET="+path)}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewScanner(out)
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *starter) tell(line string) { io.WriteString(s.in, line+"\n") }

func (s *starter) hear() string {
	s.out.Scan()
	return s.out.Text()
}

// runStarters starts 16 processes at once on a stale path, again and again.
func runStarters(t *testing.T, rounds int) {
	path := testutil.SocketPath(t)
	stale(t, unix.SOCK_DGRAM, path)
	starters := make([]*starter, 16)
	for i := range starters {
		starters[i] = newStarter(t, path)
	}
	for round := range rounds {
		startRound(t, starters, path, []string{"unixpacket", "unix"}[round%2])
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	for _, s := range starters {
		s.in.Close()
		if err := s.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func startRound(t *testing.T, starters []*starter, path, network string) {
	t.Helper()
	for _, s := range starters {
		s.tell(network)
	}
	var winner *starter
	for _, s := range starters {
		switch got := s.hear(); {
		case got == "won" && winner == nil:
			winner = s
		case got != "in use":
			t.Errorf("got %q, want one to win and %q for the others", got, "in use")
		}
	}
	if winner == nil {
		t.Fatal("got no winner")
	}
	if got := listenerPID(t, socketTypes[network], path); got != winner.cmd.Process.Pid {
		t.Errorf("the path is of process %d, want the winner, %d", got, winner.cmd.Process.Pid)
	}
	wantOnly(t, path, true)
	winner.tell("free")
	if got := winner.hear(); got != "freed" {
		t.Errorf("got %q, want freed", got)
	}
}

// listenerPID is the process that listens at path.
func listenerPID(t *testing.T, typ int, path string) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		t.Fatal(err)
	}
	return int(cred.Pid)
}

func TestSockfileOneOfManyStartersWins(t *testing.T) { runStarters(t, 200) }

// runReplacements replaces a listener again and again while others dial and
// exchange data: nobody is refused, and nothing is lost.
func runReplacements(t *testing.T, replacements, dialers int) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	lc := &uds.ListenConfig{Existing: uds.ExistingReplace, Mode: 0o600}
	var servers, clients sync.WaitGroup
	l := serve(t, &servers, lc, path)
	var stop atomic.Bool
	done := make(exchanges, dialers)
	for i := range done {
		clients.Go(func() { dialUntil(t, &stop, &done[i], path) })
	}
	var replaced []replacedListener
	for i := range replacements {
		old := l
		l = serve(t, &servers, lc, path)
		replaced = append(replaced, replacedListener{old, done.counts()})
		replaced = slices.DeleteFunc(replaced, func(r replacedListener) bool { return r.endIfEmpty(done) })
		if t.Failed() {
			break
		}
		seen := done.total() // every replacement meets some load
		testutil.Eventually(t, 30*time.Second, func() bool { return done.total() > seen || t.Failed() }, "exchange after replacement %d", i)
	}
	stop.Store(true)
	clients.Wait()
	for _, r := range append(replaced, replacedListener{l: l}) {
		r.l.SetDeadline(time.Now())
	}
	servers.Wait()
	wantOnly(t, path, false)
	t.Logf("%d exchanges in %d replacements", done.total(), replacements)
}

// exchanges counts those of each dialer.
type exchanges []atomic.Int64

func (e exchanges) counts() []int64 {
	counts := make([]int64, len(e))
	for i := range e {
		counts[i] = e[i].Load()
	}
	return counts
}

func (e exchanges) total() (total int64) {
	for _, n := range e.counts() {
		total += n
	}
	return total
}

// replacedListener goes on accepting while a dialer may wait in its backlog.
type replacedListener struct {
	l    *uds.SeqListener
	when []int64 // how many exchanges each dialer had done
}

// endIfEmpty lets the listener end if none can wait in its backlog, and reports
// that: each dialer has begun an exchange after the replacement and ended it.
// The one that it ended before that may have begun earlier.
func (r replacedListener) endIfEmpty(done exchanges) bool {
	for i, n := range done.counts() {
		if n < r.when[i]+2 {
			return false
		}
	}
	r.l.SetDeadline(time.Now())
	return true
}

// serve starts a listener that echoes a message to every connection, until its
// deadline passes; then it closes.
func serve(t *testing.T, servers *sync.WaitGroup, lc *uds.ListenConfig, path string) *uds.SeqListener {
	t.Helper()
	l, err := lc.ListenSeq(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	servers.Go(func() {
		defer l.Close()
		for {
			c, err := l.AcceptSeq()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			if err != nil {
				t.Errorf("accept: %v", err)
				return
			}
			servers.Go(func() { echoOnce(t, c) })
		}
	})
	return l
}

func echoOnce(t *testing.T, c *uds.SeqConn) {
	defer c.Close()
	p := make([]byte, 100)
	n, err := c.Recv(p)
	if err == nil {
		err = c.Send(p[:n])
	}
	if err != nil {
		t.Errorf("echo: %v", err)
	}
}

func dialUntil(t *testing.T, stop *atomic.Bool, exchanges *atomic.Int64, path string) {
	p := make([]byte, 100)
	for i := 0; !stop.Load(); i++ {
		want := strconv.Itoa(i)
		got, err := ask(path, want, p)
		if err != nil || got != want {
			t.Errorf("exchange: got %q, %v, want %q", got, err, want)
			return
		}
		exchanges.Add(1)
	}
}

// ask exchanges a message with whoever listens at path.
func ask(path, question string, p []byte) (answer string, err error) {
	c, err := uds.DialSeq(path)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.Send([]byte(question)); err != nil {
		return "", err
	}
	n, err := c.Recv(p)
	return strings.Clone(string(p[:n])), err
}

func TestSockfileReplaceUnderLoad(t *testing.T) { runReplacements(t, 200, 4) }

func TestSockfileReplaceUnderLoadSoak(t *testing.T) {
	testutil.Soak(t)
	runReplacements(t, 1000, 4)
}
