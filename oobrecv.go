package uds

import (
	"os"

	"example.com/uds/socket"
)

// begin makes o ready for a receive.
func (o *OOB) begin() {
	_ = o.drop()
	o.clear()
}

// take fills o with what x received and reports whether that is all that came.
// If not, or if the payload was cut, no file is kept.
func (o *OOB) take(x *exchange, showTime, cut bool) bool {
	a := &x.found
	a.parse(x.in.control[:x.in.controln])
	whole := x.in.flags&socket.MsgCtrunc == 0 && !a.bad && !a.exhausted() && len(a.files) <= o.MaxFiles
	if whole && !cut {
		o.adopt(a)
	} else {
		a.close()
	}
	if whole {
		o.copyParts(a)
	}
	if a.hasCred {
		o.cred = Cred{int(a.cred.PID), int(a.cred.UID), int(a.cred.GID)}
		o.Cred = &o.cred
	}
	if showTime {
		o.Time = a.at
	}
	return whole
}

// adopt makes files of the descriptors of a.
func (o *OOB) adopt(a *ancillary) {
	if len(a.files) > 0 {
		o.Files = make([]*os.File, len(a.files))
		for i, fd := range a.files {
			o.Files[i] = newFile(fd, "received")
		}
		o.received = append(o.received, o.Files...)
	}
	if len(a.pidfds) > 0 {
		o.PidFD = newFile(a.pidfds[0], "pidfd")
		o.received = append(o.received, o.PidFD)
		closeFDs(a.pidfds[1:])
	}
}

// copyParts copies the parts of a that lie in the control buffer.
func (o *OOB) copyParts(a *ancillary) {
	if label := cString(a.label); string(label) != o.label {
		o.label = string(label)
	}
	if len(a.label) > 0 {
		o.Security = o.label
	}
	for _, m := range a.other {
		m.Data = append([]byte(nil), m.Data...)
		o.Other = append(o.Other, m)
	}
}

// cString returns b up to its first NUL byte, with which some security modules
// end a label.
func cString(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
