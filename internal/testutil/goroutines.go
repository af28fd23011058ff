package testutil

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// goroutines returns the stacks of all goroutines by their numbers. The
// runtime's system goroutines are not among them.
func goroutines() map[int]string {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	return parseGoroutines(string(buf[:n]))
}

var goroutineHeader = regexp.MustCompile(`^goroutine (\d+) `)

// parseGoroutines splits what runtime.Stack writes: one paragraph per goroutine,
// which begins with its number.
func parseGoroutines(dump string) map[int]string {
	all := map[int]string{}
	for _, stack := range strings.Split(dump, "\n\n") {
		m := goroutineHeader.FindStringSubmatch(stack)
		if m == nil {
			continue
		}
		id, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		all[id] = strings.TrimSpace(stack)
	}
	return all
}

// ownCreators make goroutines that live as long as the process wants them: the
// testing package's, the runtime's (finalizers and cleanups), and the one of
// os/signal, which nothing can end.
var ownCreators = []string{"testing.", "runtime.", "runtime/", "os/signal."}

// ignored reports whether a stack is one that no test can end.
func ignored(stack string) bool {
	_, creator, ok := strings.Cut(stack, "\ncreated by ")
	if !ok {
		return true // the main goroutine
	}
	for _, prefix := range ownCreators {
		if strings.HasPrefix(creator, prefix) {
			return true
		}
	}
	return false
}
