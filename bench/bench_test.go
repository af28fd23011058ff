package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test program be its own child.
func TestMain(m *testing.M) {
	if os.Getenv(failHold) != "" {
		roles["hold"] = func(job) (func(n int) error, error) { return nil, errStep }
	}
	childMain()
	os.Exit(m.Run())
}

// quickRun runs rows as -quick does and returns the report's three files.
func quickRun(t *testing.T, rows ...string) (rep report, text, chart string) {
	t.Helper()
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	o, args, err := parse(append([]string{"-quick", "-json", name("j"), "-text", name("t"), "-svg", name("s")}, rows...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(o, args, &out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(readFile(t, name("j")), &rep); err != nil {
		t.Fatal(err)
	}
	text = string(readFile(t, name("t")))
	if out.String() != text {
		t.Errorf("standard output and -text differ:\n%s\n%s", &out, text)
	}
	return rep, text, string(readFile(t, name("s")))
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestQuickPassReportsEveryContestant(t *testing.T) {
	rep, text, _ := quickRun(t, "rw-64", "pingpong-2p", "fd-8")
	if got, want := len(rep.Rows), 3; got != want {
		t.Fatalf("got %d rows, want %d", got, want)
	}
	for _, r := range rep.Rows {
		for _, name := range []string{"net", "mdlayher", "c"} {
			if !slices.ContainsFunc(r.Ran, func(f figure) bool { return f.Name == name && f.Value.Median > 0 && f.CPU.Median >= 0 }) {
				t.Errorf("row %s: no figure of %s", r.Row, name)
			}
		}
		if s, ok := r.ratio(baseline); !ok || s.Median != 1 {
			t.Errorf("row %s: net against itself: got %v, want 1", r.Row, s.Median)
		}
		if !strings.Contains(text, r.Row+": "+r.Title) {
			t.Errorf("text has no heading of row %s", r.Row)
		}
	}
	for _, want := range []string{"QUICK PASS", "ns/op", "lower is better", "above 1 this one is better", "vs net", "vs c", "csw/op", "allocs/op"} {
		if !strings.Contains(text, want) {
			t.Errorf("text does not say %q", want)
		}
	}
}

func TestChartIsWellFormed(t *testing.T) {
	_, _, chart := quickRun(t, "rw-64", "accept", "dgram-blocked")
	d := xml.NewDecoder(strings.NewReader(chart))
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("chart is not XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	if elements["svg"] != 1 || elements["rect"] < 6 || elements["text"] < 10 {
		t.Errorf("got elements %v, want one svg, bars and labels", elements)
	}
	for _, want := range []string{"rw-64", "ns/op", "µs of CPU/s", `class="one"`, ">1×<", "better than net", "prefers-color-scheme: dark"} {
		if !strings.Contains(chart, want) {
			t.Errorf("chart does not have %q", want)
		}
	}
	if strings.Contains(chart, "NaN") || strings.Contains(chart, "Inf") {
		t.Error("chart holds a number that is none")
	}
}

func TestRowsAreNamedOnceAndDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allRows() {
		if seen[r.name] {
			t.Errorf("row %s: defined twice", r.name)
		}
		seen[r.name] = true
		if r.title == "" || r.family == "" || len(r.entries) == 0 || r.entries[0].name != baseline {
			t.Errorf("row %s: title %q, family %q, entries %v: want all, net first", r.name, r.title, r.family, r.entries)
		}
	}
}

func TestSelectRows(t *testing.T) {
	for _, c := range []struct {
		arg, want string
	}{{"rw-64", "rw-64"}, {"accept", "accept"}, {"fd", "fd-1 fd-1-file fd-8 fd-8-file"}, {"full-*", "full-64 full-4k"}} {
		rows, err := selectRows(allRows(), []string{c.arg})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range rows {
			names = append(names, r.name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.arg, got, c.want)
		}
	}
	for _, bad := range []string{"nothing", "["} {
		if _, err := selectRows(allRows(), []string{"rw-64", bad}); err == nil {
			t.Errorf("%s: got nil, want an error", bad)
		}
	}
}

func TestParseRejectsBadFlags(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "4"}, {"-launches", "0"}, {"-launches", "10"}, {"-sample", "0s"}, {"-no-such-flag"}} {
		if _, _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v: got nil, want an error", args)
		}
	}
}

func TestRatiosAreRoundByRound(t *testing.T) {
	got := spreadOf(ratios([]float64{10, 20, 90}, []float64{5, 40, 30}, 1e-3))
	if want := (spread{Median: 2, Q1: 1.25, Q3: 2.5}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if r := ratios([]float64{1}, []float64{0}, 1e-3)[0]; math.IsInf(r, 0) {
		t.Errorf("ratio to zero: got %v, want a number", r)
	}
}

// liar delivers its first message only: the wrong length, then the wrong byte.
type liar struct {
	n    int
	last byte
}

func (l liar) send(p []byte) (int, error) { return len(p), nil }
func (l liar) setSendBuffer(int) error    { return nil }
func (l liar) close() error               { return nil }

func (l liar) recv(p []byte) (int, error) {
	p[len(p)-1] = l.last
	return l.n, nil
}

func TestBrokenContestantsAreNotTimed(t *testing.T) {
	for _, l := range []liar{{n: 63}, {n: 64, last: 9}} {
		e := goEnd{l}
		for name, f := range map[string]func() error{
			"recv":     func() error { return e.recv(64, 1) },
			"ping":     func() error { return e.ping(64, 1) },
			"echo":     func() error { return e.echo(64, 1, 0) },
			"exchange": func() error { return e.exchange(e, 64, 1, 1) },
			"bulkRecv": func() error { return e.bulkRecv(bulk{64, 64, 64}) },
			"rotate":   func() error { return rotate([]end{e}, []end{e}, 64, 1) },
		} {
			if err := f(); err == nil {
				t.Errorf("%s with %+v: got nil, want an error", name, l)
			}
		}
	}
}

// TestCDetectsWrongBytes sends from Go what the C loop must refuse.
func TestCDetectsWrongBytes(t *testing.T) {
	for _, name := range []string{"c", "c-msg", "c-mmsg"} {
		a, b, err := connect(techs[name], "unixpacket", filepath.Join(shortDir(t), "s"))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.send(64, 2); err != nil {
			t.Fatal(err)
		}
		if err := b.recv(64, 1); err != nil {
			t.Errorf("%s: first message: %v", name, err)
		}
		if err := b.recv(64, 1); err == nil { // message 1 of the sender is message 0 here
			t.Errorf("%s: got nil for a wrong byte, want an error", name)
		}
		if err := closeAll([]end{a, b}); err != nil {
			t.Error(err)
		}
	}
}

func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := socketDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestFailedChildFailsTheRow(t *testing.T) {
	r := row{name: "broken", entries: []entry{{"net", func(string) (task, error) {
		return openDuo(job{Role: "no such role", Tech: "net", Network: "unixpacket", Conns: 1, Procs: 1}, shortDir(t))
	}}}}
	res := measureRow(r, settings{rounds: 1, launches: 1, sample: time.Millisecond, quick: true})
	if res.Failed == "" {
		t.Error("got no failure, want one")
	}
	if err := (&report{Rows: []*result{res}}).failure(); err == nil {
		t.Error("got nil, want an error for the run")
	}
}

// countedTask counts what is done with it.
type countedTask struct{ ran, closed *int }

func (c countedTask) run(int) (outcome, error) {
	*c.ran++
	return outcome{wall: time.Second}, nil
}

func (c countedTask) close() error {
	*c.closed++
	return nil
}

func TestRoundsAreMadeInLaunches(t *testing.T) {
	var opened, ran, closed int
	r := row{name: "counted", multiple: 1, entries: []entry{{"net", func(string) (task, error) {
		opened++
		return countedTask{&ran, &closed}, nil
	}}}}
	res := measureRow(r, settings{rounds: 7, launches: 3, sample: time.Millisecond, quick: true})
	if res.Failed != "" || opened != 3 || ran != 7 || closed != 3 {
		t.Errorf("got %d opened, %d run, %d closed, %q, want 3, 7 and 3", opened, ran, closed, res.Failed)
	}
}
