package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// The chart has a group of bars for each row and a bar for each contestant, which
// goes from the line at 1.0 to the right where it beats net, otherwise to the left.
// The axis is logarithmic: twice as good and half as good are bars of equal length.
const (
	chartWidth = 880
	chartTop   = 104 // above the first group
	axisLeft   = 300 // where ratio chartMin is
	axisRight  = 760 // where ratio chartMax is
	chartMin   = 0.25
	chartMax   = 16.0
	barPitch   = 12
	groupGap   = 14
)

// chartStyle is readable on light and on dark pages.
const chartStyle = `
text { font: 10px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f }
.title { font-size: 14px; font-weight: 600 } .row { font-size: 11px; font-weight: 600 }
.dim { fill: #57606a } .bg { fill: #ffffff } .grid { stroke: #d0d7de } .one { stroke: #24292f; stroke-width: 1.5 }
.ours { fill: #0969da } .variant { fill: #54aeff } .limit { fill: #bc8c00 } .rival { fill: #8c959f } .range { stroke: #24292f; stroke-opacity: .55 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .dim { fill: #9198a1 } .bg { fill: #0d1117 } .grid { stroke: #30363d } .one { stroke: #e6edf3 }
.ours { fill: #4493f8 } .variant { fill: #1f6feb } .limit { fill: #d29922 } .rival { fill: #6e7681 } .range { stroke: #e6edf3 }
}
`

// class is the colour of a contestant's bar.
func class(name string) string {
	switch {
	case name == "uds":
		return "ours"
	case strings.HasPrefix(name, "uds"):
		return "variant"
	case name == "c" || strings.HasPrefix(name, "c-"):
		return "limit"
	}
	return "rival"
}

// axisX is the position of a ratio; one that lies outside the axis is at its end.
func axisX(ratio float64) float64 {
	at := math.Log2(ratio/chartMin) / math.Log2(chartMax/chartMin)
	return axisLeft + (axisRight-axisLeft)*math.Min(math.Max(at, 0), 1)
}

// canvas collects the chart's elements.
type canvas struct {
	bytes.Buffer
	y float64
}

func (c *canvas) text(class, anchor string, x, y float64, format string, args ...any) {
	fmt.Fprintf(c, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">`, class, anchor, x, y)
	xml.EscapeText(c, fmt.Appendf(nil, format, args...))
	c.WriteString("</text>\n")
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(c, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", class, x, y, w, h)
}

// svg draws every row of the report.
func (r *report) svg() ([]byte, error) {
	height := chartTop + r.chartHeight() + 8
	c := &canvas{y: chartTop}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" viewBox="0 0 %d %.0f">`+"\n<style>%s</style>\n", chartWidth, height, chartWidth, height, chartStyle)
	c.rect("bg", 0, 0, chartWidth, height)
	r.heading(c)
	c.grid(height - 8)
	for _, row := range r.Rows {
		row.group(c)
	}
	c.line("one", axisX(1), chartTop-6, axisX(1), height-8)
	c.WriteString("</svg>\n")
	return c.Bytes(), nil
}

func (r *report) chartHeight() float64 {
	h := 0
	for _, row := range r.Rows {
		h += row.lines()*barPitch + groupGap
	}
	return float64(h)
}

// heading says what is shown, where it was measured, and what the colours mean.
func (r *report) heading(c *canvas) {
	title := "Cost of net.UnixConn divided by each contestant's cost"
	if r.Quick {
		title = "Quick pass, not a measurement. " + title
	}
	c.text("title", "start", 12, 22, "%s", title)
	c.text("dim", "start", 12, 38, "%s, %s, %d CPUs, %s; median of %d interleaved rounds in %d launches, thin lines: quartiles", r.Machine.Kernel, r.Machine.CPU, r.Machine.CPUs, r.Machine.Go, r.Rounds, r.Launches)
	x := 12.0
	for _, k := range []struct{ class, label string }{{"ours", "uds, default settings"}, {"variant", "uds, other settings or calls"}, {"limit", "C program"}, {"rival", "other packages and calls"}} {
		c.rect(k.class, x, 49, 9, 9)
		c.text("dim", "start", x+13, 57, "%s", k.label)
		x += 36 + 5.6*float64(len(k.label))
	}
}

// grid draws the axis: powers of two, the line at 1.0 comes last.
func (c *canvas) grid(bottom float64) {
	c.text("dim", "end", axisX(1)-20, chartTop-24, "← worse than net")
	c.text("dim", "start", axisX(1)+20, chartTop-24, "better than net →")
	for ratio := chartMin; ratio <= chartMax; ratio *= 2 {
		c.line("grid", axisX(ratio), chartTop-6, axisX(ratio), bottom)
		c.text("dim", "middle", axisX(ratio), chartTop-10, "%g×", ratio)
	}
}

// bars are the contestants that have a ratio to net.
func (r *result) bars() []figure {
	var fs []figure
	for _, f := range r.Ran {
		if _, ok := r.ratio(f.Name); ok && f.Name != baseline {
			fs = append(fs, f)
		}
	}
	return fs
}

// lines is the height of the group: two at least, for its label.
func (r *result) lines() int { return max(2, len(r.bars())) }

// label names the row with net's own value and unit.
func (r *result) label(c *canvas) {
	c.text("row", "start", 12, c.y+9, "%s", r.Row)
	for _, f := range r.Ran {
		if f.Name == baseline {
			c.text("dim", "start", 12, c.y+21, "net: %s %s", number(f.Value.Median), r.Unit)
		}
	}
	if r.Failed != "" {
		c.text("dim", "start", 12, c.y+21, "failed")
	}
}

func (r *result) group(c *canvas) {
	r.label(c)
	for i, f := range r.bars() {
		c.bar(f.Name, c.y+float64(i*barPitch), f.Ratio[baseline])
	}
	c.y += float64(r.lines()*barPitch + groupGap)
}

func (c *canvas) bar(name string, y float64, s spread) {
	one, x := axisX(1), axisX(s.Median)
	c.rect(class(name), math.Min(one, x), y, math.Max(math.Abs(x-one), 0.5), barPitch-3)
	mid := y + (barPitch-3)/2
	c.line("range", axisX(s.Q1), mid, axisX(s.Q3), mid)
	if s.Median >= 1 {
		c.text("", "start", math.Max(x, axisX(s.Q3))+4, y+8, "%s %s×", name, number(s.Median))
		return
	}
	c.text("", "end", math.Min(x, axisX(s.Q1))-4, y+8, "%s %s×", name, number(s.Median))
}
