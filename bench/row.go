package main

import (
	"errors"
	"time"
)

// A task is one contestant's part of a row, set up and ready to run.
type task interface {
	// run performs n operations. It checks what it moves.
	run(n int) (outcome, error)
	close() error
}

// outcome is what a run measured itself.
type outcome struct {
	wall  time.Duration      // 0: the harness's clock around run counts
	value float64            // the row's value where it is not time; lower is better
	peer  usage              // what the child spent
	own   *usage             // what this process spent; nil: the harness's count around run
	extra map[string]float64 // further facts, by name with unit
}

// A row is one line of the report: one workload, all contestants.
type row struct {
	name, title string
	family      string
	unit        string // of the value; lower is better
	procs       int    // GOMAXPROCS, of the child too
	multiple    int    // the connections at once; n is a multiple of it
	bytes       int    // payload bytes an operation; 0: no rate shown
	fixed       int    // operations a sample; 0: as many as fill the sample time
	quick       int    // operations of the -quick pass; 0: 64 a connection
	valued      bool   // outcome.value is the value, not time
	entries     []entry
}

// A closer is what a constructor has made so far.
type closer interface{ close() error }

// made is what a constructor returns at its last step: c or, after an error, nothing,
// and then c is closed.
func made[T closer](c T, err error) (T, error) {
	if err == nil {
		return c, nil
	}
	var none T
	return none, errors.Join(err, c.close())
}

// An entry is one contestant of a row.
type entry struct {
	name string
	open func(dir string) (task, error)
}

// entries makes an entry of every contestant that takes part.
func entries[T any](table map[string]T, open func(dir string, t T) (task, error), names ...string) []entry {
	var es []entry
	for _, name := range names {
		t := lookup(table, name)
		es = append(es, entry{name, func(dir string) (task, error) { return open(dir, t) }})
	}
	return es
}

// baseline is the contestant all others are compared with.
const baseline = "net"

// allRows is every row in the order of the report.
func allRows() []row {
	var rows []row
	for _, family := range []func() []row{
		rwRows, sendRecvRows, msgRows, streamRows, pingRows, thinkRows, fullRows, bulkRows, batchRows,
		fileRows, credRows, dgramRows, blockedRows, acceptRows, httpRows, grpcRows, idleRows, growthRows, gcRows,
	} {
		rows = append(rows, family()...)
	}
	for i := range rows {
		rows[i].setDefaults()
	}
	return rows
}

func (r *row) setDefaults() {
	if r.unit == "" {
		r.unit = "ns/op"
	}
	if r.procs == 0 {
		r.procs = 2
	}
	r.multiple = max(r.multiple, 1)
	if r.quick == 0 {
		r.quick = 64 * r.multiple
	}
}
