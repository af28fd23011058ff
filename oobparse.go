package uds

import (
	"time"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
)

// ancillary is the content of a control buffer, with descriptors as numbers. Its
// owner has to close them.
type ancillary struct {
	files   []int
	pidfds  []int // the kernel sends at most one
	errno   int   // why a pidfd could not be made; above 0 if so
	cred    cmsg.Ucred
	label   []byte // part of the buffer
	at      time.Time
	other   []ControlMessage // parts of the buffer
	used    bool             // by a parse
	hasCred bool
	bad     bool // not a sequence of control messages
}

// parse sets a to what the control buffer b says. It makes no system call, and
// finds every descriptor even if b is malformed.
func (a *ancillary) parse(b []byte) {
	if a.used {
		a.reset()
	}
	a.used = true
	for rest := b; len(rest) > 0; {
		level, typ, data, behind, ok := cmsg.Cut(rest)
		if !ok {
			a.bad = true
			a.salvage(b)
			return
		}
		a.add(level, typ, data)
		rest = behind
	}
}

// salvage finds the descriptors in a control buffer that is not a sequence of
// messages.
func (a *ancillary) salvage(b []byte) {
	a.files = a.files[:0]
	for fd := range cmsg.Rights(b, sys.SolSocket, sys.ScmRights) {
		a.files = append(a.files, fd)
	}
}

// reset empties a and keeps its memory. It goes field by field: most are small.
func (a *ancillary) reset() {
	a.files, a.pidfds, a.errno = a.files[:0], a.pidfds[:0], 0
	a.label, a.at = nil, time.Time{}
	clear(a.other)
	a.other = a.other[:0]
	a.used, a.hasCred, a.bad = false, false, false
}

// add adds one control message.
func (a *ancillary) add(level, typ int, data []byte) {
	known := level == sys.SolSocket
	switch { // kinds that a system lacks all have the same number
	case known && typ == sys.ScmRights:
		a.files = cmsg.IntsOf(a.files, data)
	case known && typ == sys.ScmCredentials:
		a.addCred(data)
	case known && typ == sys.ScmPidfd:
		a.addPidFD(data)
	case known && typ == sys.ScmSecurity:
		a.label = data
	case known && isTimestamp(typ):
		a.addTime(typ, data)
	default:
		a.other = append(a.other, ControlMessage{level, typ, data})
	}
}

func (a *ancillary) addCred(data []byte) {
	u, err := cmsg.UcredOf(data)
	if a.bad = a.bad || err != nil; err == nil {
		a.cred, a.hasCred = u, true
	}
}

// isTimestamp reports whether a type is that of a timestamp: the marker's, or
// the one that another holder of the socket has turned it into.
func isTimestamp(typ int) bool {
	switch {
	case typ == sys.ScmTimestamp, typ == sys.ScmTimestampOld, typ == sys.ScmTimeval, typ == sys.ScmTimevalOld:
		return true
	}
	return false
}

func (a *ancillary) addTime(typ int, data []byte) {
	sec, nsec, err := timeOf(typ, data)
	if a.bad = a.bad || err != nil; err == nil {
		a.at = time.Unix(sec, nsec)
	}
}

// timeOf decodes a timestamp of a type.
func timeOf(typ int, data []byte) (sec, nsec int64, err error) {
	if typ == sys.ScmTimeval || typ == sys.ScmTimevalOld {
		return cmsg.TimevalOf(data)
	}
	return cmsg.TimespecOf(data)
}

// addPidFD notes the descriptor, or the error number in its place: scm_pidfd_recv
// in net/core/scm.c.
func (a *ancillary) addPidFD(data []byte) {
	var room [1]int
	for _, fd := range cmsg.IntsOf(room[:0], data) {
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
