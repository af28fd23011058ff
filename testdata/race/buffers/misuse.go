package main

import "time"

// moment is when a receive finds its message.
type moment struct {
	name  string
	waits bool
	spin  time.Duration
}

var moments = []moment{{name: "at once"}, {"parked", true, -1}, {"spinning", true, time.Minute}}

// later is how long the message stays away from a receive that waits. Nothing
// depends on it but which code finds the message.
const later = time.Millisecond

// end is a byte of a buffer. The race detector tells only of the first of two.
type end string

var ends = []end{"first", "last"}

func (e end) of(p []byte) *byte {
	if e == "first" {
		return &p[0]
	}
	return &p[len(p)-1]
}

// writeWhileSending lets another goroutine write an end of the buffer that a
// call sends.
func writeWhileSending(k kind, s send, e end) {
	a, b := k.open()
	p := make([]byte, s.size)
	done := make(chan struct{})
	go func() {
		*e.of(p) = 1
		close(done)
	}()
	check(s.call(a, b, p))
	<-done
}

var sink byte // keeps what a misuse read

// readWhileReceiving lets another goroutine read an end of the buffer that a
// call fills.
func readWhileReceiving(k kind, r receive, m moment, e end) {
	a, b := r.open(k)
	b.SetSpin(m.spin)
	p := make([]byte, r.size)
	called, done := make(chan struct{}), make(chan struct{})
	go func() {
		sink = *e.of(p)
		<-called // The detector forgets what a goroutine did that ended long ago.
		close(done)
	}()
	r.send(a, m)
	check(r.call(b, p))
	close(called)
	<-done
}

// open makes a connection that has received a message of r's size, which
// chooses the way that the next one takes.
func (r receive) open(k kind) (a, b conn) {
	a, b = k.open()
	check(a.Send(make([]byte, r.size)))
	check(recv(b, make([]byte, r.size)))
	if k.has("seq") {
		check(a.Send(make([]byte, r.size)))
		check(read(b, make([]byte, r.size)))
	}
	return a, b
}

// send sends what r receives, when m says. A message that is queued comes from
// another goroutine too: the one that receives has not sent it.
func (r receive) send(a conn, m moment) {
	sent := make(chan struct{})
	go func() {
		if m.waits {
			time.Sleep(later)
		}
		check(a.Send(make([]byte, r.size)))
		if r.queued {
			check(a.Send(make([]byte, r.size)))
		}
		close(sent)
	}()
	if !m.waits {
		<-sent
	}
}
