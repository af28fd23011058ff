package uds

import (
	"time"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
)

// ancillary is what a control buffer says, with descriptors as numbers. The
// numbers are its owner's to close.
type ancillary struct {
	files   []int
	pidfds  []int // one, as far as the kernel goes
	errno   int   // that a pidfd could not be made, above 0
	cred    cmsg.Ucred
	label   []byte // part of the buffer
	at      time.Time
	other   []ControlMessage // parts of the buffer
	used    bool             // by a parse
	hasCred bool
	bad     bool // not a sequence of control messages
}

// parse makes a what the control buffer b says. It makes no system call, and
// finds every descriptor in whatever b is.
func (a *ancillary) parse(b []byte) {
	if a.used {
		a.reset()
	}
	a.used = true
	r := cmsg.NewReader(b)
	for r.Next() {
		a.add(&r)
	}
	if r.Err() != nil {
		a.bad = true
		a.salvage(b)
	}
}

// salvage finds the descriptors of a control buffer that is no sequence of
// messages.
func (a *ancillary) salvage(b []byte) {
	a.files = a.files[:0]
	for fd := range cmsg.Rights(b, sys.SolSocket, sys.ScmRights) {
		a.files = append(a.files, fd)
	}
}

func (a *ancillary) reset() {
	clear(a.other)
	*a = ancillary{files: a.files[:0], pidfds: a.pidfds[:0], other: a.other[:0]}
}

// add takes in one message.
func (a *ancillary) add(r *cmsg.Reader) {
	typ := r.Type()
	known := r.Level() == sys.SolSocket
	switch { // the numbers of kinds that a system lacks are all alike
	case known && typ == sys.ScmRights:
		for fd := range r.Ints() {
			a.files = append(a.files, fd)
		}
	case known && typ == sys.ScmCredentials:
		a.addCred(r)
	case known && typ == sys.ScmPidfd:
		a.addPidFD(r)
	case known && typ == sys.ScmSecurity:
		a.label = r.Data()
	case known && isTimestamp(typ):
		a.addTime(r)
	default:
		a.other = append(a.other, ControlMessage{r.Level(), typ, r.Data()})
	}
}

func (a *ancillary) addCred(r *cmsg.Reader) {
	u, err := r.Ucred()
	if a.bad = a.bad || err != nil; err == nil {
		a.cred, a.hasCred = u, true
	}
}

// isTimestamp reports whether a type is that of a timestamp: of the marker's
// kind, or of what another holder of the socket made of it.
func isTimestamp(typ int) bool {
	switch {
	case typ == sys.ScmTimestamp, typ == sys.ScmTimestampOld, typ == sys.ScmTimeval, typ == sys.ScmTimevalOld:
		return true
	}
	return false
}

func (a *ancillary) addTime(r *cmsg.Reader) {
	read := r.Timespec
	if typ := r.Type(); typ == sys.ScmTimeval || typ == sys.ScmTimevalOld {
		read = r.Timeval
	}
	sec, nsec, err := read()
	if a.bad = a.bad || err != nil; err == nil {
		a.at = time.Unix(sec, nsec)
	}
}

// addPidFD notes the descriptor, or the error number in its place: scm_pidfd_recv
// in net/core/scm.c.
func (a *ancillary) addPidFD(r *cmsg.Reader) {
	for fd := range r.Ints() {
		if fd >= 0 {
			a.pidfds = append(a.pidfds, fd)
		} else {
			a.errno = max(1, -fd) // whatever it is
		}
	}
}

// exhausted reports whether a pidfd is missing for want of a free descriptor or
// memory, rather than because the process is gone.
func (a *ancillary) exhausted() bool {
	switch sys.Errno(a.errno) {
	case sys.EMFILE, sys.ENFILE, sys.ENOMEM:
		return true
	}
	return false
}
