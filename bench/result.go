package main

import "slices"

// result is one row of the report.
type result struct {
	Row        string   `json:"row"`
	Title      string   `json:"title"`
	Unit       string   `json:"unit"`
	Better     string   `json:"better"` // of the values: always "lower"
	GOMAXPROCS int      `json:"gomaxprocs"`
	Bytes      int      `json:"payload_bytes_per_op,omitempty"`
	Ran        []figure `json:"contestants,omitempty"`
	Failed     string   `json:"failed,omitempty"`
}

// figure is one contestant's numbers in a row. Ratios divide another
// contestant's cost by this one's: above 1, this one needs less.
type figure struct {
	Name     string             `json:"name"`
	Ops      int                `json:"ops_per_sample"`
	Value    spread             `json:"value"`
	CPU      spread             `json:"cpu_ns_per_op"`
	Switches spread             `json:"voluntary_switches_per_op"`
	Allocs   float64            `json:"allocs_per_op"` // the least of any round: others include the runtime's own
	AllocB   float64            `json:"alloc_bytes_per_op"`
	Ratio    map[string]spread  `json:"ratio"`
	CPURatio map[string]spread  `json:"cpu_ratio"`
	Extra    map[string]float64 `json:"extra,omitempty"`
}

// references are the contestants that ratios are computed against.
var references = []string{baseline, "net-msg", "c"}

func emptyResult(r row) *result {
	return &result{Row: r.name, Title: r.title, Unit: r.unit, Better: "lower", GOMAXPROCS: r.procs, Bytes: r.bytes}
}

func newResult(r row, cs []*contender) *result {
	res := emptyResult(r)
	for _, c := range cs {
		res.Ran = append(res.Ran, newFigure(c, cs))
	}
	return res
}

func newFigure(c *contender, cs []*contender) figure {
	f := figure{
		Name: c.name, Ops: c.n,
		Value: spreadOf(c.column(value)), CPU: spreadOf(c.column(cpu)), Switches: spreadOf(c.column(switches)),
		Allocs: slices.Min(c.column(allocs)), AllocB: slices.Min(c.column(allocated)),
		Ratio: map[string]spread{}, CPURatio: map[string]spread{}, Extra: c.extras(),
	}
	for _, other := range cs {
		if slices.Contains(references, other.name) {
			f.Ratio[other.name] = spreadOf(ratios(other.column(value), c.column(value), 1e-3))
			f.CPURatio[other.name] = spreadOf(ratios(other.column(cpu), c.column(cpu), 1))
		}
	}
	return f
}

func value(s sample) float64     { return s.value }
func cpu(s sample) float64       { return s.cpu }
func switches(s sample) float64  { return s.switches }
func allocs(s sample) float64    { return s.allocs }
func allocated(s sample) float64 { return s.allocated }

func (c *contender) column(of func(sample) float64) []float64 {
	x := make([]float64, len(c.samples))
	for i, s := range c.samples {
		x[i] = of(s)
	}
	return x
}

// extras is the median over the rounds of every further fact.
func (c *contender) extras() map[string]float64 {
	if len(c.samples) == 0 || len(c.samples[0].extra) == 0 {
		return nil
	}
	m := map[string]float64{}
	for k := range c.samples[0].extra {
		m[k] = spreadOf(c.column(func(s sample) float64 { return s.extra[k] })).Median
	}
	return m
}

// ratio is the figure of a contestant against the baseline, and whether both ran.
func (r *result) ratio(name string) (spread, bool) {
	for _, f := range r.Ran {
		if f.Name == name {
			s, ok := f.Ratio[baseline]
			return s, ok
		}
	}
	return spread{}, false
}
