package socket

import "example.com/uds/internal/sys"

// look checks whether a receive would find something, and whether it may bypass the
// scheduler. On a shared socket it may not: another receiver could take that
// message meanwhile and leave a different one.
func (t *Turn) look() sys.Errno {
	clean, e := sys.Pending(t.s.fd())
	t.s.clean = e == 0 && clean && !t.s.is(factShared)
	return e
}

// looks reports whether a try may have to drop descriptors. On the other
// families no descriptor arrives, and a peek may take locks of the kernel.
func (t *Turn) looks() bool { return !t.d.sends && !t.s.is(factRaw) && t.s.family == sys.AFUnix }

// looksAhead reports whether a receive after a wait first looks for descriptors, so
// as to bypass the scheduler if there are none. Entering the scheduler wakes
// sysmon, if that sleeps because the processors were idle. They are while the peer
// is in another process and one socket alone waits, or hardly any. Otherwise the
// look costs more than it gains, as it does where the poller found the message at
// once.
//
// Receiving the descriptors and closing them would save the look. But close(2) has
// the file system flush the file first (filp_flush in fs/open.c), and may wait as
// long as the peer likes if the peer serves that file system.
func (t *Turn) looksAhead() bool { return !t.d.with.busy() && t.looks() && !t.s.peerHere() }
