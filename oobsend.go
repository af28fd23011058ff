package uds

import (
	"fmt"
	"os"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
)

// transmit sends x.out with the ancillary data of x.oob.
func (x *exchange) transmit() error {
	if x.oob == nil {
		return x.c.transmit(&x.out, x.flags)
	}
	if n := len(x.oob.Files); n > maxMessageFiles {
		return sysError(fmt.Sprintf("sendmsg of %d files, the limit is %d", n, maxMessageFiles), sys.EINVAL)
	}
	x.hold()
	return x.err
}

// hold goes on with the next file, and sends when all are held: their
// descriptors must not be closed, and their numbers given to other files,
// before the kernel has them.
func (x *exchange) hold() {
	i, files := len(x.fds), x.oob.Files
	if i == len(files) {
		x.err = x.send()
		return
	}
	if files[i] == nil {
		x.err = sysError(fmt.Sprintf("file %d of %d is nil", i+1, len(files)), sys.EINVAL)
		return
	}
	rc, err := files[i].SyscallConn()
	if err == nil {
		err = rc.Control(x.withFD)
	}
	if err != nil {
		x.err = sysError(fmt.Sprintf("file %d of %d is closed", i+1, len(files)), sys.EBADF)
	}
}

// holdNext is called with the descriptor of a file that is held meanwhile.
func (x *exchange) holdNext(fd uintptr) {
	x.fds = append(x.fds, int(fd))
	x.hold()
}

// send encodes the ancillary data and sends.
func (x *exchange) send() error {
	if err := x.encode(); err != nil {
		return err
	}
	err := x.c.transmit(&x.out, x.flags)
	if isErrno(err, sys.EPERM) {
		return x.refused(err)
	}
	return err
}

// encode makes x.out.control of x.oob and x.fds.
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

// encodeError is the error of a control message that can not be encoded.
func encodeError(err error) error { return sysError(err.Error(), sys.EINVAL) }

// ucred is c as the kernel has it.
func (c *Cred) ucred() (cmsg.Ucred, error) {
	u := cmsg.Ucred{PID: int32(c.PID), UID: uint32(c.UID), GID: uint32(c.GID)}
	if int(u.PID) != c.PID || int(u.UID) != c.UID || int(u.GID) != c.GID {
		return u, sysError(fmt.Sprintf("credentials %+v, each has 32 bits", *c), sys.EINVAL)
	}
	return u, nil
}

// refused says what an EPERM is likely about.
func (x *exchange) refused(err error) error {
	if c := x.oob.Cred; c != nil && (c.PID != os.Getpid() || c.UID != os.Getuid() || c.GID != os.Getgid()) {
		return sysError(fmt.Sprintf("sendmsg with credentials %+v of another process, which takes privileges", *c), sys.EPERM)
	}
	if n := len(x.fds); n > 0 {
		return sysError(fmt.Sprintf("sendmsg of %d files to a receiver that may refuse them", n), sys.EPERM)
	}
	return err
}
