// Command bench measures package uds against net.UnixConn, mdlayher/socket and
// a C program, all in one interleaved run. README.md says how to read it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"time"
)

type options struct {
	settings
	list            bool
	json, text, svg string
}

func main() {
	childMain()
	o, args, err := parse(os.Args[1:], os.Stderr)
	if err == flag.ErrHelp {
		return
	}
	if err == nil {
		err = run(o, args, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// minRounds keeps quartiles meaningful.
const minRounds = 5

func parse(args []string, errOut io.Writer) (options, []string, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.IntVar(&o.rounds, "rounds", 9, fmt.Sprintf("interleaved rounds a row, at least %d", minRounds))
	f.IntVar(&o.launches, "launches", 3, "in how many launches the rounds are made, each with new sockets and children")
	f.DurationVar(&o.sample, "sample", 60*time.Millisecond, "how long each contestant runs in a round")
	f.BoolVar(&o.quick, "quick", false, "one tiny pass of every row: shows that the rows work, measures nothing")
	f.BoolVar(&o.list, "list", false, "list the rows and stop")
	f.StringVar(&o.json, "json", "", "write the results to this `file` as JSON")
	f.StringVar(&o.text, "text", "", "write the report to this `file` too")
	f.StringVar(&o.svg, "svg", "", "write a chart of the ratios to this `file`")
	f.Usage = func() {
		fmt.Fprintln(errOut, "usage: bench [flags] [row or family or pattern ...]; -list shows the rows")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, nil, err
	}
	if o.rounds < minRounds {
		return o, nil, fmt.Errorf("-rounds %d: must be at least %d", o.rounds, minRounds)
	}
	if o.launches < 1 || o.launches > o.rounds {
		return o, nil, fmt.Errorf("-launches %d: must be 1 to %d, the number of rounds", o.launches, o.rounds)
	}
	if o.sample <= 0 {
		return o, nil, fmt.Errorf("-sample %v: must be positive", o.sample)
	}
	if o.quick {
		o.rounds, o.launches = 1, 1
	}
	return o, f.Args(), nil
}

func run(o options, args []string, out io.Writer) error {
	rows, err := selectRows(allRows(), args)
	if err != nil {
		return err
	}
	if o.list {
		return list(out, rows)
	}
	rep := &report{Machine: thisMachine(), Rounds: o.rounds, Launches: o.launches, Quick: o.quick, Sample: o.sample.String()}
	fmt.Fprint(out, rep.header())
	for _, r := range rows {
		res := measureRow(r, o.settings)
		rep.Rows = append(rep.Rows, res)
		fmt.Fprint(out, res.text())
	}
	if err := rep.write(o); err != nil {
		return err
	}
	return rep.failure()
}

// measureRow keeps the other rows going when one fails; the report says which.
func measureRow(r row, s settings) *result {
	res, err := measure(r, s)
	if err != nil {
		res = emptyResult(r)
		res.Failed = err.Error()
	}
	return res
}

// selectRows keeps the rows that an argument names, by name, family or pattern.
func selectRows(rows []row, args []string) ([]row, error) {
	if len(args) == 0 {
		return rows, nil
	}
	var picked []row
	used := make([]bool, len(args))
	for _, r := range rows {
		hit := false
		for i, a := range args {
			match, err := path.Match(a, r.name)
			if err != nil {
				return nil, fmt.Errorf("row %q: %w", a, err)
			}
			if match || a == r.family {
				hit, used[i] = true, true
			}
		}
		if hit {
			picked = append(picked, r)
		}
	}
	for i, a := range args {
		if !used[i] {
			return nil, fmt.Errorf("row %q: no row or family has this name; -list shows them", a)
		}
	}
	return picked, nil
}

func list(out io.Writer, rows []row) error {
	for _, r := range rows {
		fmt.Fprintf(out, "%-18s %-14s %s\n", r.name, r.family, r.title)
	}
	return nil
}
