package socket

import "example.com/uds/internal/sys"

// look sees whether a receive would find something, and whether it may bypass the
// scheduler. Somebody else who receives could take that message meanwhile and
// leave another.
func (t *Turn) look() sys.Errno {
	clean, e := sys.Pending(t.s.fd())
	t.s.clean = e == 0 && clean && !t.s.is(factShared)
	return e
}

// looks reports whether a try may have to drop descriptors. On the other
// families no descriptor arrives, and a peek may take locks of the kernel.
func (t *Turn) looks() bool { return !t.d.sends && !t.s.is(factRaw) && t.s.family == sys.AFUnix }

// looksAhead reports whether a receive behind a wait looks for descriptors, so
// as to bypass the scheduler if there are none. Entering it wakes sysmon, if
// that sleeps because the processors were idle: so they are between processes,
// while one socket alone waits, or hardly any. Else the look costs more than it
// gains, and so it does where the poller found the message at once.
//
// Room for descriptors, which are closed then, would save the look. But close(2) has
// the file's system flush it first (filp_flush in fs/open.c), and may wait for one
// that the peer serves as long as that likes.
func (t *Turn) looksAhead() bool { return !t.d.with.busy() && t.looks() && !t.s.peerHere() }
