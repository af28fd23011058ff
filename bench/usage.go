package main

import (
	"runtime"
	"syscall"
	"time"
)

// usage is what a process has spent, or the difference of two such readings.
type usage struct {
	CPU      time.Duration // user and system
	Switches int64         // voluntary context switches
	Mallocs  uint64        // heap objects
	Bytes    uint64        // heap bytes allocated
}

// usageStart reads the memory counters first, so that reading them stays
// outside the measured CPU time; usageEnd reads them last.
func usageStart() usage {
	var u usage
	u.readMem()
	u.readCPU()
	return u
}

func usageEnd() usage {
	var u usage
	u.readCPU()
	u.readMem()
	return u
}

func (u *usage) readMem() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Mallocs, u.Bytes = m.Mallocs, m.TotalAlloc
}

func (u *usage) readCPU() {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	u.CPU = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	u.Switches = int64(r.Nvcsw)
}

func (u usage) sub(v usage) usage {
	return usage{u.CPU - v.CPU, u.Switches - v.Switches, u.Mallocs - v.Mallocs, u.Bytes - v.Bytes}
}

func (u usage) add(v usage) usage {
	return usage{u.CPU + v.CPU, u.Switches + v.Switches, u.Mallocs + v.Mallocs, u.Bytes + v.Bytes}
}
