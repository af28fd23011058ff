// Replace starts a service again and again at one path, as an upgrade does,
// while clients dial and exchange data with it all the time:
//
//	go run ./examples/replace -n 100
//
// Every new listener takes over the path of the old one with uds.ExistingReplace,
// and the old one goes on accepting for a moment. No client is refused and no
// exchange is lost.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"example.com/uds"
)

func main() {
	n := flag.Int("n", 100, "how often to replace the listener")
	clients := flag.Int("clients", 4, "how many clients dial at once")
	flag.Parse()
	if err := run(os.Stdout, *n, *clients); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer, replacements, clients int) error {
	if replacements < 0 || clients < 1 {
		return fmt.Errorf("%d replacements for %d clients: want none or more, and a client", replacements, clients)
	}
	dir, err := os.MkdirTemp("", "uds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := service{path: filepath.Join(dir, "s")}
	l, err := s.start(0)
	if err != nil {
		return err
	}
	load := startLoad(s.path, clients)
	l, err = s.replace(l, replacements, load)
	load.stop()
	s.retire(l)
	s.running.Wait()
	if err == nil {
		err = load.failure()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d listeners served %d exchanges\n", replacements+1, load.exchanges.Load())
	fmt.Fprintln(out, "no dial was refused and no exchange was lost")
	return nil
}

// service is what every generation of the listener does.
type service struct {
	path    string
	running sync.WaitGroup // listeners and connections
}

// replace replaces l the given number of times, each time after some load, until a
// client fails, and returns the last listener.
func (s *service) replace(l *uds.SeqListener, times int, load *load) (*uds.SeqListener, error) {
	for i := range times {
		if err := load.wait(); err != nil {
			return l, err
		}
		next, err := s.start(i + 1)
		if err != nil {
			return l, err
		}
		s.retire(l)
		l = next
	}
	return l, nil
}

// start starts a generation, which takes the path over.
func (s *service) start(generation int) (*uds.SeqListener, error) {
	lc := &uds.ListenConfig{Existing: uds.ExistingReplace, Mode: 0o600}
	l, err := lc.ListenSeq(context.Background(), s.path)
	if err != nil {
		return nil, err
	}
	s.running.Go(func() {
		defer l.Close() // leaves the successor's file alone
		for {
			c, err := l.AcceptSeq()
			if err != nil {
				return // the deadline of retire
			}
			s.running.Go(func() { answer(c, generation) })
		}
	})
	return l, nil
}

// retire lets a replaced listener take what was dialled before it lost the
// path.
func (s *service) retire(l *uds.SeqListener) {
	l.SetDeadline(time.Now().Add(250 * time.Millisecond))
}

// answer answers one question with the generation that got it.
func answer(c *uds.SeqConn, generation int) {
	defer c.Close()
	p := make([]byte, 64)
	n, err := c.Recv(p)
	if err != nil {
		return
	}
	c.Send(fmt.Appendf(p[:n], " answered by generation %d", generation))
}

// load is a number of clients that dial, ask and hang up.
type load struct {
	clients   sync.WaitGroup
	stopped   atomic.Bool
	exchanges atomic.Int64
	progress  chan struct{} // an exchange, or a failure

	mu     sync.Mutex
	failed error
}

func startLoad(path string, clients int) *load {
	l := &load{progress: make(chan struct{}, 1)}
	for i := range clients {
		l.clients.Go(func() {
			for !l.stopped.Load() {
				if err := ask(path, fmt.Sprintf("client %d", i)); err != nil {
					l.fail(err)
					return
				}
				l.exchanges.Add(1)
				l.advance()
			}
		})
	}
	return l
}

// advance wakes wait.
func (l *load) advance() {
	select {
	case l.progress <- struct{}{}:
	default:
	}
}

// wait waits for a few exchanges, so that every generation gets some, or until a
// client fails.
func (l *load) wait() error {
	for want := l.exchanges.Load() + 20; l.exchanges.Load() < want && l.failure() == nil; {
		select {
		case <-l.progress:
		case <-time.After(10 * time.Second):
			return errors.New("no exchange for 10 s")
		}
	}
	return l.failure()
}

// fail notes that a client failed.
func (l *load) fail(err error) {
	l.mu.Lock()
	l.failed = errors.Join(l.failed, err)
	l.mu.Unlock()
	l.advance()
}

// failure is the error that clients failed with, or nil.
func (l *load) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

func (l *load) stop() {
	l.stopped.Store(true)
	l.clients.Wait()
}

// ask dials, asks and checks that there is an answer.
func ask(path, question string) error {
	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Send([]byte(question)); err != nil {
		return err
	}
	p := make([]byte, 64)
	n, err := c.Recv(p)
	if err != nil {
		return err
	}
	if n <= len(question) || string(p[:len(question)]) != question {
		return fmt.Errorf("got %q, want an answer to %q", p[:n], question)
	}
	return nil
}
