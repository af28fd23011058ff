package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A connTech gives listeners and connections for libraries that use package net.
type connTech struct {
	listen func(path string) (net.Listener, error)
	dial   func(ctx context.Context, path string) (net.Conn, error)
}

// connTechs: "net" is the stream socket that such libraries need, because they
// do not work over net's "unixpacket".
var connTechs = map[string]connTech{
	"net": {
		listen: func(path string) (net.Listener, error) { return net.Listen("unix", path) },
		dial: func(ctx context.Context, path string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
	},
}

// A caller makes one request of a library's client and checks the response.
type caller interface {
	call(ctx context.Context) error
	close() error
}

// service is a task of requests to a server in a child.
type service struct {
	child   *child
	callers []caller
	copied  float64 // bytes a request, at the client
}

// openService starts the role's server in a child and conns clients here.
func openService(j job, client func(j job) (caller, error)) (task, error) {
	c, err := start(j, nil)
	if err != nil {
		return nil, err
	}
	s := &service{child: c}
	if _, err := c.finish(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if s.copied, err = copiedPerRequest(j, client); err != nil {
		return nil, errors.Join(err, s.close())
	}
	for range j.Conns {
		k, err := client(j)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.callers = append(s.callers, k)
	}
	return s, nil
}

func (s *service) run(n int) (outcome, error) {
	took := make([]float64, n)
	var at atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, len(s.callers))
	t := time.Now()
	for _, c := range s.callers {
		wg.Go(func() { errs <- calls(c, took, &at) })
	}
	wg.Wait()
	wall := time.Since(t)
	close(errs)
	var err error
	for e := range errs {
		err = errors.Join(err, e)
	}
	peer, failed := s.child.do(0)
	extra := latency(took, wall)
	extra["copied B"] = s.copied
	return outcome{wall: wall, peer: peer, extra: extra}, errors.Join(err, failed)
}

// calls takes the next request until all are done, and notes how long each took, in ns.
func calls(c caller, took []float64, at *atomic.Int64) error {
	for {
		i := int(at.Add(1)) - 1
		if i >= len(took) {
			return nil
		}
		t := time.Now()
		if err := c.call(context.Background()); err != nil {
			return err
		}
		took[i] = float64(time.Since(t))
	}
}

func latency(ns []float64, wall time.Duration) map[string]float64 {
	return map[string]float64{
		"requests/s": float64(len(ns)) / wall.Seconds(),
		"p50 µs":     sortedQuantile(ns, 0.5) / 1e3,
		"p99 µs":     sortedQuantile(ns, 0.99) / 1e3,
	}
}

func (s *service) close() error {
	var err error
	for _, c := range s.callers {
		err = errors.Join(err, c.close())
	}
	return errors.Join(err, s.child.close())
}
