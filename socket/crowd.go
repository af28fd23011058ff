package socket

// A thread that the kernel takes off its processor in the middle of a call that
// bypasses the scheduler keeps its P, and a stop of the world waits for it: some
// milliseconds, where more threads want to run than there are processors. Many
// connections streaming in one process are such a crowd (bench row gc-pause):
// their calls enter the scheduler, as those of package net do.

// How a direction notices a crowd.
const (
	crowdWindow = 16  // calls between two looks
	crowdStays  = 255 // looks that see no other socket wait before the crowd is over
)

// crowded reports whether other sockets wait in this process while it streams
// within itself. The caller has the turn of d.
func (s *Socket) crowded(d *direction) bool {
	if d.calls++; d.calls%crowdWindow == 0 {
		s.lookAround(d)
	}
	return d.crowd > 0
}

// lookAround sees whether another socket has waited since the last look.
func (s *Socket) lookAround(d *direction) {
	last := waits.last.Load() >> waiterShift
	saw := uint8(last%255) + 1 // two sockets may have the same: a crowd is of many
	switch {
	case d.saw != 0 && saw != d.saw && last != s.number() && s.peerHere():
		d.crowd = crowdStays
	case d.crowd > 0:
		d.crowd--
	}
	d.saw = saw
}
