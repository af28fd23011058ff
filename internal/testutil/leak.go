package testutil

import (
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// How long things may take to go away. A goroutine that was told to end and a
// finalizer both need a moment; a tracked descriptor must go without the
// garbage collector's help.
const (
	pollInterval = 10 * time.Millisecond
	ownGrace     = 500 * time.Millisecond
	totalGrace   = 2 * time.Second
)

// minCollections is how often the collector runs before the verdict, however
// long that takes on a busy machine: what a sync.Pool holds takes two
// collections to be found, and its finalizer a third to have had time to run.
const minCollections = 10

// maxReported bounds how many leaks of a kind are printed in full.
const maxReported = 10

// snapshot is what existed at one moment: descriptors by number with their
// identity (see descriptors), and goroutines by number with their stacks.
type snapshot struct {
	fds        map[int]string
	goroutines map[int]string
}

func takeSnapshot() snapshot {
	startPoller()
	return snapshot{fds: descriptors(), goroutines: goroutines()}
}

// leaks waits until all that was made since s is gone and returns "", or, after
// totalGrace and minCollections, says what is still there. A descriptor that tr
// knows and that only the garbage collector closed is a leak too: its owner did not
// close it.
func (s snapshot) leaks(tr *Tracker) string {
	start := time.Now()
	dropped, lines := s.dropped(tr)
	left := s.added()
	for n := 0; !left.empty() && (n < minCollections || time.Since(start) < totalGrace); n++ {
		runtime.GC()
		time.Sleep(pollInterval)
		left = s.added()
	}
	for fd := range dropped {
		delete(left.fds, fd)
	}
	lines = append(lines, describeDescriptors(left.fds, tr)...)
	return report(lines, slices.Collect(maps.Values(left.goroutines)))
}

// dropped waits for up to ownGrace until nothing that was added is left, and
// returns the remaining descriptors that tr knows, with their descriptions. The
// collector is off meanwhile: what it would close does not go away by itself.
func (s snapshot) dropped(tr *Tracker) (fds map[int]string, lines []string) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	start := time.Now()
	left := s.added()
	for !left.empty() && time.Since(start) < ownGrace {
		time.Sleep(pollInterval)
		left = s.added()
	}
	fds = tr.known(left.fds)
	return fds, describeDescriptors(fds, tr)
}

// added returns what exists and did not when s was taken. A descriptor counts as
// new when its number is, or when the number means another file.
func (s snapshot) added() snapshot {
	return snapshot{
		fds: newDescriptors(s.fds, descriptors()),
		goroutines: pick(goroutines(), func(id int, stack string) bool {
			_, old := s.goroutines[id]
			return !old && !ignored(stack)
		}),
	}
}

func (s snapshot) empty() bool { return len(s.fds) == 0 && len(s.goroutines) == 0 }

func newDescriptors(before, after map[int]string) map[int]string {
	return pick(after, func(fd int, target string) bool {
		old, ok := before[fd]
		return !ok || old != target
	})
}

// pick returns the entries of m that keep says yes to.
func pick(m map[int]string, keep func(int, string) bool) map[int]string {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(k int, v string) bool { return !keep(k, v) })
	return m
}

// describeDescriptors says, in one paragraph for each of fds, what it is and, if tr
// knows, where it was opened.
func describeDescriptors(fds map[int]string, tr *Tracker) []string {
	var out []string
	for _, fd := range slices.Sorted(maps.Keys(fds)) {
		out = append(out, fmt.Sprintf("descriptor %d: %s%s", fd, describe(fd, fds[fd]), tr.where(fd)))
	}
	return out
}

func report(fds, goroutines []string) string {
	if len(fds)+len(goroutines) == 0 {
		return ""
	}
	slices.Sort(goroutines)
	var b strings.Builder
	fmt.Fprintf(&b, "%d descriptor(s) and %d goroutine(s) leaked\n", len(fds), len(goroutines))
	for _, kind := range [][]string{fds, goroutines} {
		for _, one := range kind[:min(len(kind), maxReported)] {
			fmt.Fprintf(&b, "\n%s\n", one)
		}
		if more := len(kind) - maxReported; more > 0 {
			fmt.Fprintf(&b, "\n... and %d more\n", more)
		}
	}
	return b.String()
}
