package main

import "time"

// proper does everything that orders the uses of memory by messages: what comes
// before a send comes before what follows the receive that returns it.
func proper() {
	for _, k := range kinds {
		for _, s := range sends {
			if k.has(s.only) && s.size == small {
				handOver(k, s, receives[0], moments[0])
				shared(k, s)
			}
		}
		for _, r := range receives {
			for _, m := range moments {
				if k.has(r.only) && !(r.queued && m.waits) {
					handOver(k, sends[0], r, m)
				}
			}
		}
	}
}

// handOver has one goroutine write memory and send, and the other receive and
// then write the memory and the buffers.
func handOver(k kind, s send, r receive, m moment) {
	a, b := r.open(k)
	b.SetSpin(m.spin)
	var memory int
	out := make([]byte, r.size)
	sent := make(chan struct{})
	go func() {
		if m.waits {
			time.Sleep(later)
		}
		memory = 1
		out[0] = 1
		check(s.call(a, b, out))
		if r.queued {
			check(s.call(a, b, out))
		}
		close(sent)
	}()
	in := make([]byte, r.size)
	check(r.call(b, in))
	memory++
	in[0], in[r.size-1] = 2, 2
	<-sent
	a.Close()
	b.Close()
}

// shared has two goroutines send the same buffer, which both only read.
func shared(k kind, s send) {
	a, b := k.open()
	p := make([]byte, s.size)
	done := make(chan struct{})
	go func() {
		check(s.call(a, b, p))
		close(done)
	}()
	check(s.call(a, b, p))
	<-done
	a.Close()
	b.Close()
}
