// Package polled counts the goroutines that wait in the runtime's poller: nothing
// signals when one has parked there.
package polled

import "runtime"

// Count returns the number of goroutines that wait in the poller. The runtime's
// metric of waiting goroutines is approximate: it may be wrong by dozens for a long
// time.
func Count() int {
	records := make([]runtime.StackRecord, runtime.NumGoroutine()+100)
	n, ok := runtime.GoroutineProfile(records)
	for !ok {
		records = make([]runtime.StackRecord, n+100)
		n, ok = runtime.GoroutineProfile(records)
	}
	count, seen := 0, map[uintptr]bool{}
	for i := range records[:n] {
		if waits(records[i].Stack(), seen) {
			count++
		}
	}
	return count
}

// waits reports whether a stack is that of a wait in the poller. What is known of
// return addresses is in seen.
func waits(stack []uintptr, seen map[uintptr]bool) bool {
	for _, pc := range stack {
		is, known := seen[pc]
		if !known {
			f := runtime.FuncForPC(pc - 1)
			is = f != nil && f.Name() == "internal/poll.runtime_pollWait"
			seen[pc] = is
		}
		if is {
			return true
		}
	}
	return false
}
