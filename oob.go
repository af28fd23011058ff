package uds

import (
	"os"
	"slices"
	"time"
)

// OOB is the ancillary data of a message: descriptors, and who sent it and when.
//
// A receive puts what arrived into it. The OOB owns received files until the
// caller takes them: the next receive into it, and Close, close those that are
// still in Files and PidFD. TakeFiles makes Files the caller's, and so does
// removing a file from there. Files that the caller put there are never closed.
//
// The zero value works: it has room for everything but files. An OOB may be
// reused, but by one call at a time and by one message of a RecvBatch, and must
// not be copied after a receive.
type OOB struct {
	// Files are descriptors (SCM_RIGHTS). Received ones are close-on-exec, on
	// Linux from the moment they exist. Those to send stay the caller's; a
	// message can carry at most 253. A received file shares its offset and mode
	// with the sender's. It may be anything, even the sender's end of this
	// connection, or hold that end in a queue of its own: the connection does
	// not end while such a file is open. Closing a file, here too, may wait for
	// its file system (close(2) flushes it), and the sender may serve that file
	// system by FUSE.
	Files []*os.File

	// Cred are the sender's credentials (SCM_CREDENTIALS; Linux). They arrive if
	// the receiver has Options.PassCredentials, are verified by the kernel, and
	// are valid until the next receive into the same OOB. A sender sets Cred to
	// name somebody else, which needs privileges; without them the error is
	// EPERM.
	Cred *Cred

	// PidFD is a descriptor of the sender's process (SCM_PIDFD; Linux 6.5),
	// received if the receiver has Options.PassPidFD. Unlike a PID it cannot
	// come to mean another process. It is nil if the process is gone and the
	// kernel has no pidfd for that case. It is ignored in a send.
	PidFD *os.File

	// Security is the sender's security label (SCM_SECURITY; Linux), received
	// if the receiver has Options.PassSecurity and the system uses labels. It is
	// ignored in a send.
	Security string

	// Time is when the message was sent, or, if it was queued before timestamps
	// were asked for, received. It is zero unless the receiver has
	// Options.Timestamps (Linux). It is ignored in a send.
	Time time.Time

	// Other are control messages of other kinds, received or to send, in their
	// order. Received ones are the caller's, for good.
	Other []ControlMessage

	// MaxFiles is how many Files a receive has room for; PidFD does not count.
	// If more arrive, every one is closed and the error is ErrOOBTruncated. The
	// kernel sends at most 253; less than 0 is EINVAL.
	MaxFiles int

	received []*os.File // by the last receive, PidFD among them
	cred     Cred       // what Cred points to after a receive
	label    string     // the last label, kept since it seldom changes
	claimed  bool       // by a message of the batch that is being checked
}

// ControlMessage is a control message of a kind that OOB has no field for.
type ControlMessage struct {
	Level, Type int    // as in cmsg(3)
	Data        []byte // the payload
}

// Cred are the credentials of a process. A PID is 0 if the process is not
// visible in the PID namespace of the process that asks. The ints wrap on 32-bit
// systems, as those of os.Getuid do.
type Cred struct{ PID, UID, GID int }

// TakeFiles returns Files and leaves none. They are the caller's from then on,
// even if they are put back to be sent.
func (o *OOB) TakeFiles() []*os.File {
	if o == nil {
		return nil
	}
	files := o.Files
	o.Files = nil
	o.disown()
	return files
}

// disown forgets the received files, which are the caller's, except a pidfd that
// is still there.
func (o *OOB) disown() {
	kept := o.received[:0]
	for _, f := range o.received {
		if f == o.PidFD {
			kept = append(kept, f)
		}
	}
	clear(o.received[len(kept):])
	o.received = kept
}

// Close closes the files that a receive put into o and nobody took, and empties
// o except for MaxFiles. o may be reused. The error is the first that closing a
// file gives.
func (o *OOB) Close() error {
	if o == nil {
		return nil
	}
	err := o.drop()
	o.clear()
	return err
}

// drop closes what the last receive left.
func (o *OOB) drop() (err error) {
	for i, f := range o.received {
		if o.holds(i, f) {
			if e := f.Close(); err == nil {
				err = e
			}
		}
	}
	clear(o.received)
	o.received = o.received[:0]
	return err
}

// holds reports whether f, the i-th file received, is still in o.
func (o *OOB) holds(i int, f *os.File) bool {
	return f == o.PidFD || i < len(o.Files) && o.Files[i] == f || slices.Contains(o.Files, f)
}

// clear empties o except for MaxFiles; it closes nothing.
func (o *OOB) clear() {
	o.Files, o.Cred, o.PidFD, o.Security, o.Time, o.Other = nil, nil, nil, "", time.Time{}, nil
}
