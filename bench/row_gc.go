package main

import (
	"errors"
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// gcRows: C has no collector. An operation is a garbage collection.
func gcRows() []row {
	return []row{{
		name: "gc-pause", family: "gc-pause", unit: "µs", valued: true, fixed: 100, quick: 3,
		title:   "p99 pause of the collector, 16 connections streaming, a peer passing memfds of 64 MiB",
		entries: entries(techs, openGC, "net", "mdlayher", "uds", "uds-refuse"),
	}}
}

const (
	gcConns   = 16
	memfdSize = 64 << 20
)

// gcLoad opens its traffic anew in every run, so that it costs the other contestants
// nothing.
type gcLoad struct {
	tech tech
	path string
}

func openGC(dir string, t tech) (task, error) { return gcLoad{t, dir + "/s"}, nil }
func (g gcLoad) close() error                 { return nil }

func (g gcLoad) run(n int) (outcome, error) {
	s, err := g.start()
	if err != nil {
		return outcome{}, errors.Join(err, s.end())
	}
	before := pauses()
	for range n {
		runtime.GC()
	}
	after := pauses()
	o := outcome{
		value: quantileOf(before, after, 0.99) * 1e6,
		extra: map[string]float64{"max µs": quantileOf(before, after, 1) * 1e6, "memfds passed": float64(s.passed.Load()), "memfds refused": float64(s.refused.Load())},
	}
	return o, s.end()
}

// storm is the traffic around the collections.
type storm struct {
	wg              sync.WaitGroup
	stop            atomic.Bool
	ends            []end
	errs            chan error
	passed, refused atomic.Int64
}

func (g gcLoad) start() (*storm, error) {
	s := &storm{errs: make(chan error, 2*gcConns+2)}
	for range gcConns {
		a, b, err := connect(g.tech, "unixpacket", g.path)
		if err != nil {
			return s, err
		}
		s.ends = append(s.ends, a, b)
		s.work(a, func(e end) error { return e.send(64, 256) })
		s.work(b, func(e end) error { return e.recv(64, 256) })
	}
	return s, g.startHostile(s)
}

// work repeats a loop until the storm ends; an error after that only ends the loop.
func (s *storm) work(e end, f func(e end) error) {
	s.wg.Go(func() {
		for !s.stop.Load() {
			if err := f(e); err != nil && !s.stop.Load() {
				s.errs <- err
				return
			}
		}
	})
}

// startHostile connects a peer that passes the last reference of a memfd with every
// message to a receiver that asked for no ancillary data.
func (g gcLoad) startHostile(s *storm) error {
	l, err := g.tech.listen("unixpacket", g.path)
	if err != nil {
		return err
	}
	defer l.close()
	fd, err := rawDial("unixpacket", g.path)
	if err != nil {
		return err
	}
	e, err := l.accept()
	if err != nil {
		return errors.Join(err, unix.Close(fd))
	}
	s.ends = append(s.ends, e)
	s.work(e, func(e end) error { return e.echo(1, 1, 0) })
	s.wg.Go(func() {
		defer unix.Close(fd)
		for !s.stop.Load() {
			if err := s.attack(fd); err != nil && !s.stop.Load() {
				s.errs <- err
				return
			}
		}
	})
	return nil
}

// attack passes one memfd and waits for the receiver to have dropped it.
func (s *storm) attack(fd int) error {
	m, err := unix.MemfdCreate("bench", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.Fallocate(m, 0, 0, memfdSize); err != nil {
		unix.Close(m)
		return err
	}
	err = unix.Sendmsg(fd, []byte{0}, unix.UnixRights(m), nil, unix.MSG_NOSIGNAL)
	unix.Close(m)
	s.passed.Add(1)
	if err == unix.EPERM { // the receiver refuses descriptors
		s.passed.Add(-1)
		s.refused.Add(1)
		err = unix.Sendmsg(fd, []byte{0}, nil, nil, unix.MSG_NOSIGNAL)
	}
	if err != nil {
		return err
	}
	_, err = unix.Read(fd, make([]byte, 1))
	return err
}

func (s *storm) end() error {
	s.stop.Store(true)
	return endAll(s.ends, &s.wg, s.errs)
}

func pauses() *metrics.Float64Histogram {
	x := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(x)
	return x[0].Value.Float64Histogram()
}

// quantileOf is the upper bound, in seconds, of the bucket that holds quantile p of
// the events between two readings.
func quantileOf(before, after *metrics.Float64Histogram, p float64) float64 {
	var total, seen uint64
	for i := range after.Counts {
		total += after.Counts[i] - before.Counts[i]
	}
	for i := range after.Counts {
		seen += after.Counts[i] - before.Counts[i]
		if float64(seen) >= p*float64(total) {
			return math.Min(after.Buckets[i+1], 1e3)
		}
	}
	return 0
}
