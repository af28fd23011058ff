package socket

// A call that bypasses the scheduler keeps its P even while the kernel has taken
// its thread off the processor. A stop of the world then waits for the thread: some
// milliseconds, where more threads want to run than there are processors. Many
// connections streaming in one process are such a crowd (bench row gc-pause), so
// their calls enter the scheduler, as those of package net do.

// How a direction notices a crowd.
const (
	crowdWindow = 16  // calls between two looks
	crowdStays  = 255 // looks that see no other socket wait before the crowd is over
)

// crowded reports whether other sockets of this process wait while it streams to
// itself. The caller has the turn of d.
func (s *Socket) crowded(d *direction) bool {
	if d.calls++; d.calls%crowdWindow == 0 {
		s.lookAround(d)
	}
	return d.crowd > 0
}

// lookAround sees whether another socket has waited since the last look.
func (s *Socket) lookAround(d *direction) {
	last := waits.last.Load() >> waiterShift
	saw := uint8(last%255) + 1 // two sockets may have the same value, but a crowd has many
	switch {
	case d.saw != 0 && saw != d.saw && last != s.number() && s.peerHere():
		d.crowd = crowdStays
	case d.crowd > 0:
		d.crowd--
	}
	d.saw = saw
}
