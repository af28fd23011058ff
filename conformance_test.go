//go:build linux

package uds_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the comparison table into README.md")

// comparison is one row of README.md's table: what a reader cares about, and
// what package net and this package were seen to do. The cells must be the same
// in every run.
type comparison struct {
	name      string
	net, ours func(t testing.TB) string
}

// comparisons are the rows.
var comparisons = slices.Concat(streamComparisons, messageComparisons, setupComparisons, oobComparisons, dgramComparisons)

// The table stands between these lines of README.md.
const (
	tableBegin = "<!-- comparison: written by go test -run TestComparisonTable -update -->\n"
	tableEnd   = "<!-- end of comparison -->\n"
)

// TestComparisonTable runs every row and fails if README.md says something
// else.
func TestComparisonTable(t *testing.T) {
	var table strings.Builder
	table.WriteString("| | package net | this package |\n|---|---|---|\n")
	for _, c := range comparisons {
		var theirs, ours string
		t.Run(c.name, func(t *testing.T) { theirs, ours = c.net(t), c.ours(t) })
		if theirs == ours {
			t.Errorf("%s: got %q of both, want a difference", c.name, ours)
		}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", cell(c.name), cell(theirs), cell(ours))
	}
	if t.Failed() {
		return
	}
	readme, err := os.ReadFile("README.md")
	must(t, err)
	before, old, after := cutTable(t, string(readme))
	switch {
	case old == table.String():
	case *update:
		must(t, os.WriteFile("README.md", []byte(before+tableBegin+table.String()+tableEnd+after), 0o644))
	default:
		t.Errorf("README.md: got\n%swant\n%sgo test -run TestComparisonTable -update writes it", old, table.String())
	}
}

// cell is s as Markdown has it in a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func cutTable(t testing.TB, readme string) (before, table, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(readme, tableBegin)
	if !ok {
		t.Fatalf("README.md: got no line %q", tableBegin)
	}
	table, after, ok = strings.Cut(rest, tableEnd)
	if !ok {
		t.Fatalf("README.md: got no line %q", tableEnd)
	}
	return before, table, after
}

// nilOr is err's text, or "nil".
func nilOr(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}
