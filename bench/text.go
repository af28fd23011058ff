package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

func (r *report) header() string {
	m := r.Machine
	var s strings.Builder
	fmt.Fprintf(&s, "%s, %s, %d CPUs, %s/%s; %d interleaved rounds in %d launches, samples of %s\n", m.Kernel, m.CPU, m.CPUs, m.Go, m.Arch, r.Rounds, r.Launches, r.Sample)
	if r.Quick {
		s.WriteString("QUICK PASS: shows that every row works; its numbers mean nothing.\n")
	}
	s.WriteString(`Values: median of the rounds, lower is better. Ratios: median [quartiles] of the rounds' cost of the
named contestant / cost of this one, so above 1 this one is better. CPU, voluntary context switches
(csw) and allocations: of both processes, per operation; the CPU ratio too is better above 1.
`)
	return s.String()
}

func (r *result) text() string {
	var s strings.Builder
	fmt.Fprintf(&s, "\n%s: %s\n", r.Row, r.Title)
	if r.Failed != "" {
		fmt.Fprintf(&s, "  FAILED: %s\n", r.Failed)
		return s.String()
	}
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, strings.Join(r.columns(), "\t")+"\t")
	for _, f := range r.Ran {
		fmt.Fprintln(w, strings.Join(r.cells(f), "\t")+"\t")
	}
	w.Flush()
	return s.String()
}

// against are the references that took part in this row.
func (r *result) against() []string {
	var names []string
	for _, name := range references {
		if slices.ContainsFunc(r.Ran, func(f figure) bool { return f.Name == name }) {
			names = append(names, name)
		}
	}
	return names
}

func (r *result) columns() []string {
	c := []string{"", r.Unit}
	if r.Bytes > 0 {
		c = append(c, "MB/s")
	}
	for _, name := range r.against() {
		c = append(c, "vs "+name)
	}
	c = append(c, "CPU ns/op", "CPU vs net", "csw/op", "allocs/op", "B/op")
	return append(c, r.extraNames()...)
}

func (r *result) cells(f figure) []string {
	c := []string{f.Name, number(f.Value.Median)}
	if r.Bytes > 0 {
		c = append(c, number(float64(r.Bytes)/f.Value.Median*1e3))
	}
	for _, name := range r.against() {
		s := f.Ratio[name]
		c = append(c, fmt.Sprintf("%.2f [%.2f-%.2f]", s.Median, s.Q1, s.Q3))
	}
	c = append(c, number(f.CPU.Median), fmt.Sprintf("%.2f", f.CPURatio[baseline].Median),
		fmt.Sprintf("%.3f", f.Switches.Median), fmt.Sprintf("%.2f", f.Allocs), number(f.AllocB))
	for _, name := range r.extraNames() {
		c = append(c, number(f.Extra[name]))
	}
	return c
}

func (r *result) extraNames() []string {
	if len(r.Ran) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(r.Ran[0].Extra))
}

// number shows three digits or more.
func number(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
