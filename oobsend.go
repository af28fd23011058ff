package uds

import (
	"fmt"
	"os"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
)

// transmit sends x.out with the ancillary data of x.oob, which is not nil. There
// are few functions from here to the system call, because each costs most when
// the call returns to it.
func (x *exchange) transmit() error {
	if len(x.oob.Files) > 0 {
		return x.hold()
	}
	if err := x.encode(); err != nil {
		return err
	}
	return x.c.transmit(&x.out, x.flags)
}

// hold holds the first file open, and x.withFD does the rest: a descriptor must
// not be closed, and its number given to another file, before the kernel has it.
func (x *exchange) hold() error {
	files := x.oob.Files
	if len(files) > maxMessageFiles {
		return sysError(fmt.Sprintf("sendmsg of %d files, the limit is %d", len(files), maxMessageFiles), sys.EINVAL)
	}
	rc, err := files[0].SyscallConn()
	if err == nil {
		err = rc.Control(x.withFD)
	}
	if err != nil {
		return x.unheld(0)
	}
	return x.err
}

// holder returns the function that is called with the descriptor of a file while
// the file is held. The function holds the next file, as hold does, and sends
// once all are held. holder must not be inlined: the RawConn of a file would
// then be on the heap.
//
//go:noinline
func (x *exchange) holder() func(fd uintptr) {
	return func(fd uintptr) {
		x.fds = append(x.fds, int(fd))
		if i := len(x.fds); i < len(x.oob.Files) {
			rc, err := x.oob.Files[i].SyscallConn()
			if err == nil {
				err = rc.Control(x.withFD)
			}
			if err != nil {
				x.err = x.unheld(i)
			}
			return
		}
		if x.err = x.encode(); x.err == nil {
			x.err = x.c.transmit(&x.out, x.flags)
		}
	}
}

// unheld returns the error of the i-th file, which cannot be held.
func (x *exchange) unheld(i int) error {
	if files := x.oob.Files; files[i] == nil {
		return sysError(fmt.Sprintf("file %d of %d is nil", i+1, len(files)), sys.EINVAL)
	}
	return sysError(fmt.Sprintf("file %d of %d is closed", i+1, len(x.oob.Files)), sys.EBADF)
}

// encode sets x.out.control to the control messages of x.oob and x.fds.
func (x *exchange) encode() (err error) {
	o, b := x.oob, x.control[:0]
	if len(x.fds) > 0 {
		if b, err = cmsg.AppendInts(b, sys.SolSocket, sys.ScmRights, x.fds); err != nil {
			return encodeError(err)
		}
	}
	if o.Cred != nil {
		u, err := o.Cred.ucred()
		if err != nil {
			return err
		}
		if b, err = cmsg.AppendUcred(b, sys.SolSocket, sys.ScmCredentials, u); err != nil {
			return encodeError(err)
		}
	}
	for _, m := range o.Other {
		if b, err = cmsg.Append(b, m.Level, m.Type, m.Data); err != nil {
			return encodeError(err)
		}
	}
	x.control, x.out.control = b[:cap(b)], b
	return nil
}

// encodeError returns the error of a control message that cannot be encoded.
func encodeError(err error) error { return sysError(err.Error(), sys.EINVAL) }

// ucred returns c in the kernel's form.
func (c *Cred) ucred() (cmsg.Ucred, error) {
	u := cmsg.Ucred{PID: int32(c.PID), UID: uint32(c.UID), GID: uint32(c.GID)}
	if int(u.PID) != c.PID || int(u.UID) != c.UID || int(u.GID) != c.GID {
		return u, sysError(fmt.Sprintf("credentials %+v, each has 32 bits", *c), sys.EINVAL)
	}
	return u, nil
}

// explained returns err, the error of a send; for an EPERM it names the likely
// cause.
func (x *exchange) explained(err error) error {
	if !isErrno(err, sys.EPERM) {
		return err
	}
	if c := x.oob.Cred; c != nil && (c.PID != os.Getpid() || c.UID != os.Getuid() || c.GID != os.Getgid()) {
		return sysError(fmt.Sprintf("sendmsg with credentials %+v of another process, which takes privileges", *c), sys.EPERM)
	}
	if n := len(x.fds); n > 0 {
		return sysError(fmt.Sprintf("sendmsg of %d files to a receiver that may refuse them", n), sys.EPERM)
	}
	return err
}
