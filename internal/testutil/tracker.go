package testutil

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Descriptors is the Tracker that the leak gate asks. The layer that makes
// descriptors has hooks for it, which a TestMain sets before it calls Main:
//
//	sys.OnOpen, sys.OnClose = testutil.Descriptors.Opened, testutil.Descriptors.Closed
var Descriptors Tracker

// Tracker remembers where descriptors were opened. The zero value is ready to
// use. Its methods are safe for concurrent use.
type Tracker struct {
	off  atomic.Bool
	mu   sync.Mutex
	open map[int]creation
}

// creation is where a descriptor was opened and which file it is: the number
// alone may since mean another file, closed and opened elsewhere.
type creation struct {
	file  fileID
	stack []uintptr
}

// maxFrames is how much of a creation stack is kept: enough to reach the test
// from the deepest layer.
const maxFrames = 24

// Opened records that the caller opened fd. Call it right after the call that
// made the descriptor.
func (tr *Tracker) Opened(fd int) {
	if tr.off.Load() {
		return
	}
	pcs := make([]uintptr, maxFrames)
	c := creation{file: identify(fd), stack: pcs[:runtime.Callers(2, pcs)]}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.open == nil {
		tr.open = map[int]creation{}
	}
	tr.open[fd] = c
}

// Closed forgets fd. Call it right before the call that closes the descriptor:
// after it the number may already be another's. It is needed neither for the
// gate's verdict nor for a descriptor that was handed on.
func (tr *Tracker) Closed(fd int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	delete(tr.open, fd)
}

// lookup returns how fd was opened, if tr knows.
func (tr *Tracker) lookup(fd int) (creation, bool) {
	tr.mu.Lock()
	c, ok := tr.open[fd]
	tr.mu.Unlock()
	return c, ok && c.file == identify(fd)
}

// known returns those of fds whose opening tr has seen.
func (tr *Tracker) known(fds map[int]string) map[int]string {
	return pick(fds, func(fd int, _ string) bool {
		_, ok := tr.lookup(fd)
		return ok
	})
}

// where returns the text that says where fd was opened, "" if tr does not know.
func (tr *Tracker) where(fd int) string {
	c, ok := tr.lookup(fd)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(", opened by")
	frames := runtime.CallersFrames(c.stack)
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "\n%s(...)\n\t%s:%d", f.Function, f.File, f.Line)
		if !more {
			return b.String()
		}
	}
}
