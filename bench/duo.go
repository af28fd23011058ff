package main

import (
	"errors"
	"fmt"
	"time"
)

func init() {
	for name := range duties {
		roles[name] = func(j job) (func(n int) error, error) { return duoChild(j, duties[name]) }
	}
}

// A duty is one side's part in a workload between two processes.
type duty func(e end, j job, n int) error

// duties are the child's parts; counterparts are the parent's.
var duties = map[string]duty{
	"send":     func(e end, j job, n int) error { return e.send(j.Size, n) },
	"echo":     func(e end, j job, n int) error { return e.echo(j.Size, n, j.Think) },
	"bulkSend": func(e end, j job, n int) error { return e.bulkSend(j.bulk(n)) },
}

var counterparts = map[string]duty{
	"send":     func(e end, j job, n int) error { return e.recv(j.Size, n) },
	"echo":     func(e end, j job, n int) error { return e.ping(j.Size, n) },
	"bulkSend": func(e end, j job, n int) error { return e.bulkRecv(j.bulk(n)) },
}

// bulk is the transfer of n MiB.
func (j job) bulk(n int) bulk { return bulk{j.Size, j.ReadBuf, int64(n) << 20} }

// duoChild connects to the parent, or takes the inherited socket.
func duoChild(j job, d duty) (func(n int) error, error) {
	t, ok := techs[j.Tech]
	if !ok {
		return nil, fmt.Errorf("contestant %q does not exist", j.Tech)
	}
	var ends []end
	for range j.Conns {
		e, err := duoEnd(t, j)
		if err != nil {
			return nil, err
		}
		ends = append(ends, e)
	}
	return func(n int) error { return each(ends, j, n, d) }, nil
}

func duoEnd(t tech, j job) (end, error) {
	if j.Path == "" {
		return t.adopt(3)
	}
	e, err := t.dial(j.Network, j.Path)
	if err == nil && j.SndBuf > 0 {
		err = e.setSendBuffer(j.SndBuf)
	}
	return e, err
}

// each spreads n operations over the ends, with a goroutine for each end. A loop in C
// keeps its goroutine's thread: that makes it a C program with a thread per connection.
func each(ends []end, j job, n int, d duty) error {
	if len(ends) == 1 {
		return d(ends[0], j, n)
	}
	errs := make(chan error)
	for _, e := range ends {
		go func() { errs <- d(e, j, n/len(ends)) }()
	}
	var err error
	for range ends {
		err = errors.Join(err, <-errs)
	}
	return err
}

// duo is a task between this process and a child.
type duo struct {
	job   job
	ends  []end
	child *child
}

// openDuo connects a child by the contestant's own listener and dialler.
func openDuo(j job, dir string) (task, error) {
	j.Path = dir + "/s"
	l, err := techs[j.Tech].listen(j.Network, j.Path)
	if err != nil {
		return nil, err
	}
	defer l.close()
	c, err := start(j, nil)
	if err != nil {
		return nil, err
	}
	d := &duo{job: j, child: c}
	// The child dials before it answers, and the backlog holds its connections.
	if _, err := c.finish(); err != nil {
		return nil, errors.Join(err, d.close())
	}
	for range j.Conns {
		e, err := l.accept()
		if err != nil {
			return nil, errors.Join(err, d.close())
		}
		d.ends = append(d.ends, e)
	}
	return d, nil
}

// openHandover gives the child one end of a pair.
func openHandover(j job) (task, error) {
	e, f, err := techs[j.Tech].handover()
	if err != nil {
		return nil, err
	}
	c, err := start(j, f)
	if err != nil {
		return nil, errors.Join(err, e.close())
	}
	d := &duo{job: j, child: c, ends: []end{e}}
	if _, err := c.finish(); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *duo) run(n int) (outcome, error) {
	t := time.Now()
	if err := d.child.begin(n); err != nil {
		return outcome{}, err
	}
	ours := each(d.ends, d.job, n, counterparts[d.job.Role])
	wall := time.Since(t)
	if ours != nil {
		closeAll(d.ends) // so that the child's part ends too
		d.ends = nil
	}
	peer, err := d.child.finish()
	return outcome{wall: wall, peer: peer}, errors.Join(ours, err)
}

func (d *duo) close() error {
	return errors.Join(closeAll(d.ends), d.child.close())
}
