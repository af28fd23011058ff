package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

func init() { roles["hold"] = holdChild }

// holdChild keeps as many raw connections to the parent as the last line said,
// and sends a message on each new one.
func holdChild(j job) (func(n int) error, error) {
	var fds []int
	return func(n int) error {
		for _, fd := range fds[min(n, len(fds)):] {
			unix.Close(fd)
		}
		fds = fds[:min(n, len(fds))]
		for len(fds) < n {
			fd, err := rawDial("unixpacket", j.Path)
			if err != nil {
				return err
			}
			fds = append(fds, fd)
			if _, err := unix.Write(fd, []byte{0}); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// idleNames leave C out: its idle connection has no memory of its own.
var idleNames = []string{"net", "mdlayher", "uds", "uds-send"}

// idleRows: what a connection that only waits in a receive costs.
func idleRows() []row {
	return []row{
		{name: "idle", family: "idle", unit: "bytes/conn", valued: true, fixed: 10000, quick: 50,
			title:   "memory (heap and stack) of a connection parked in a receive",
			entries: entries(techs, openIdle(false), idleNames...)},
		{name: "shutdown-10k", family: "growth", unit: "ns/conn", valued: true, fixed: 10000, quick: 200,
			title:   "10,000 parked connections closed and their goroutines ended, one process",
			entries: entries(techs, openIdle(true), idleNames...)},
	}
}

// idle holds connections whose far ends are plain descriptors in a child.
type idle struct {
	l         acceptor
	child     *child
	closeTime bool // the value is the time to close; else the memory
}

func openIdle(closeTime bool) func(dir string, t tech) (task, error) {
	return func(dir string, t tech) (task, error) {
		path := dir + "/s"
		l, err := t.listen("unixpacket", path)
		if err != nil {
			return nil, err
		}
		c, err := start(job{Role: "hold", Path: path, Procs: 1}, nil)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		_, err = c.finish()
		return made[task](idle{l, c, closeTime}, err)
	}
}

func (i idle) close() error { return errors.Join(i.l.close(), i.child.close()) }

func (i idle) run(n int) (outcome, error) {
	p, held, err := i.measure(n)
	if err != nil {
		return outcome{}, errors.Join(err, p.end())
	}
	t := time.Now()
	if err := p.end(); err != nil {
		return outcome{}, err
	}
	took := time.Since(t)
	o := outcome{value: held}
	if i.closeTime {
		o = outcome{wall: took, value: float64(took) / float64(n), extra: map[string]float64{"total ms": took.Seconds() * 1e3}}
	}
	_, err = i.child.do(0)
	return o, err
}

// measure parks n connections. It returns them, even with an error, and what each of
// the later half costs. The first half uses up the free stacks that an earlier
// contestant left, and from it the collector learns how large a stack such a
// goroutine begins with.
func (i idle) measure(n int) (p *parked, each float64, err error) {
	footprint()
	p = newParked(n)
	first := n / 2
	if err := i.park(p, first); err != nil {
		return p, 0, err
	}
	before := footprint()
	if err := i.park(p, n); err != nil {
		return p, 0, err
	}
	return p, float64(footprint()-before) / float64(n-first), nil
}

// footprint is the live heap and the stacks, in bytes.
func footprint() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// parked are connections with a goroutine each that waits for a second message.
type parked struct {
	ends []end
	wg   sync.WaitGroup
	fail chan error
}

// newParked makes room for n connections.
func newParked(n int) *parked {
	return &parked{ends: make([]end, 0, n), fail: make(chan error, n)}
}

// park makes p have n connections.
func (i idle) park(p *parked, n int) error {
	for len(p.ends) < n {
		// The backlog holds fewer connections than a row may ask for.
		more := min(n, len(p.ends)+100)
		if _, err := i.child.do(more); err != nil {
			return err
		}
		for len(p.ends) < more {
			e, err := i.l.accept()
			if err != nil {
				return err
			}
			p.ends = append(p.ends, e)
			p.wait(e)
		}
	}
	return awaitParked(n)
}

func (p *parked) wait(e end) {
	got := make(chan struct{})
	p.wg.Go(func() {
		err := e.recv(1, 1)
		close(got)
		if err == nil {
			e.recv(1, 1) // ends with an error when the connection is closed
			return
		}
		p.fail <- err
	})
	<-got
}

// awaitParked polls for n waiting goroutines, because a goroutine gives no other sign
// that it waits. The runtime's count is approximate: it may include dozens that are gone.
func awaitParked(n int) error {
	const deadline = 5 * time.Second
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if waiting() >= uint64(n) {
			return nil
		}
	}
	return fmt.Errorf("%d goroutines wait after %v, want %d", waiting(), deadline, n)
}

func waiting() uint64 {
	x := []metrics.Sample{{Name: "/sched/goroutines/waiting:goroutines"}}
	metrics.Read(x)
	return x[0].Value.Uint64()
}

func (p *parked) end() error { return endAll(p.ends, &p.wg, p.fail) }
