//go:build race

package sys

import (
	"runtime"
	"unsafe"
)

const raceEnabled = true

// wrote tells the race detector that a call wrote n bytes at p.
func wrote(p *byte, n int) {
	if n > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(p), n)
	}
}

// read tells the race detector that a call read n bytes at p.
func read(p *byte, n int) {
	if n > 0 {
		runtime.RaceReadRange(unsafe.Pointer(p), n)
	}
}

// ioSync stands for the order that the kernel gives: what happened before a
// send happens before the receive that returns it, as in package syscall.
var ioSync int64

func acquire() { runtime.RaceAcquire(unsafe.Pointer(&ioSync)) }
func release() { runtime.RaceReleaseMerge(unsafe.Pointer(&ioSync)) }
