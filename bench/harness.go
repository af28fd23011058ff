package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// settings are the flags that shape a measurement.
type settings struct {
	rounds   int
	launches int           // over which the rounds are split
	sample   time.Duration // target duration of one sample
	quick    bool          // one tiny sample each
}

// sample is one contestant's share of one round, per operation.
type sample struct {
	value, wall, cpu  float64 // value in the row's unit, ns, ns
	switches          float64
	allocs, allocated float64 // objects, bytes
	extra             map[string]float64
}

// contender is an entry that has been opened.
type contender struct {
	name    string
	task    task
	n       int
	samples []sample
}

// measure runs one row, its rounds split over several launches, because the layout of
// sockets, memory and processors in a launch favours a contestant while it lasts.
func measure(r row, s settings) (*result, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(r.procs))
	var all []*contender
	for first := range s.launches {
		cs, err := launch(r, s, first)
		if err != nil {
			return nil, err
		}
		for i := range all {
			cs[i].samples = append(all[i].samples, cs[i].samples...)
		}
		all = cs
	}
	return newResult(r, all), nil
}

// launch opens every contestant, with its children, and makes the rounds number
// first, first + s.launches and so on: each contestant once a round, in rotated order.
func launch(r row, s settings, first int) ([]*contender, error) {
	dir, err := socketDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cs, err := openAll(r, dir)
	defer closeContenders(cs)
	if err != nil {
		return nil, err
	}
	if err := prepare(cs, r, s); err != nil {
		return nil, err
	}
	for round := first; round < s.rounds; round += s.launches {
		for i := range cs {
			c := cs[(i+round)%len(cs)]
			x, err := c.sample(r, c.n)
			if err != nil {
				return nil, err
			}
			c.samples = append(c.samples, x)
		}
	}
	return cs, nil
}

// socketDir makes a directory whose name leaves room for socket paths.
func socketDir() (string, error) {
	dir, err := os.MkdirTemp("", "ub")
	if err != nil || len(dir) < 60 {
		return dir, err
	}
	os.Remove(dir)
	return os.MkdirTemp("/tmp", "ub")
}

func openAll(r row, dir string) ([]*contender, error) {
	var cs []*contender
	for i, e := range r.entries {
		sub := fmt.Sprintf("%s/%d", dir, i)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return cs, err
		}
		t, err := e.open(sub)
		if err != nil {
			return cs, fmt.Errorf("%s: %w", e.name, err)
		}
		cs = append(cs, &contender{name: e.name, task: t})
	}
	return cs, nil
}

func closeContenders(cs []*contender) {
	for _, c := range cs {
		if err := c.task.close(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: close: %v\n", c.name, err)
		}
	}
}

// prepare warms every contestant up and finds how many operations make a sample.
func prepare(cs []*contender, r row, s settings) error {
	for _, c := range cs {
		var err error
		switch {
		case s.quick:
			c.n = r.quick
		case r.fixed > 0:
			c.n = r.fixed
			_, err = c.sample(r, c.n)
		default:
			err = c.calibrate(r, s.sample)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *contender) calibrate(r row, target time.Duration) error {
	for n := 16 * r.multiple; ; n *= 2 {
		x, err := c.sample(r, n)
		if err != nil {
			return err
		}
		took := time.Duration(x.wall * float64(n))
		if took >= target/4 {
			c.n = max(1, int(float64(n)*float64(target)/float64(took))/r.multiple) * r.multiple
			return nil
		}
	}
}

func (c *contender) sample(r row, n int) (sample, error) {
	start := usageStart()
	t := time.Now()
	o, err := c.task.run(n)
	wall := time.Since(t)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", c.name, err)
	}
	if o.wall > 0 {
		wall = o.wall
	}
	u := usageEnd().sub(start)
	if o.own != nil {
		u = *o.own
	}
	u = u.add(o.peer)
	per := 1 / float64(n)
	x := sample{
		wall: float64(wall) * per, cpu: float64(u.CPU) * per, switches: float64(u.Switches) * per,
		allocs: float64(u.Mallocs) * per, allocated: float64(u.Bytes) * per, extra: o.extra,
	}
	x.value = x.wall
	if r.valued {
		x.value = o.value
	}
	return x, nil
}
