package uds

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// removeDead removes a file if it is a socket that no process has open. A
// missing file is no error; everything else is EADDRINUSE. The directory is
// locked.
func (d *sockDir) removeDead(name string) error {
	st, exists, err := d.socketAt(name)
	if err != nil || !exists {
		return err
	}
	fd, e := sys.OpenPathNoFollow(d.fd, name)
	if e != 0 {
		return sysError("open", e)
	}
	defer sys.Close(fd) // till then the inode number stays in use
	if err := checkDead(fd, st.ID); err != nil {
		return err
	}
	return d.take(name, st.ID)
}

// socketAt looks at a file. A file that is not known to be a socket is an error;
// a missing one is not.
func (d *sockDir) socketAt(name string) (st sys.FileStat, exists bool, err error) {
	st, e := sys.StatAt(d.fd, name)
	switch {
	case e == sys.ENOENT:
		return st, false, nil
	case e != 0:
		return st, false, sysError("stat", e)
	case st.Mode.Type() != fs.ModeSocket:
		return st, false, notSocket(st.Mode)
	}
	return st, true, nil
}

// notSocket returns the error of a path at which there is a file of another
// kind.
func notSocket(mode fs.FileMode) error {
	kind := "a file of another kind"
	switch mode.Type() {
	case 0:
		kind = "a regular file"
	case fs.ModeDir:
		kind = "a directory"
	case fs.ModeSymlink:
		kind = "a symbolic link"
	case fs.ModeNamedPipe:
		kind = "a FIFO"
	}
	return sysError("the path is "+kind+" and not a socket", sys.EADDRINUSE)
}

// checkDead returns an error unless the socket file of a descriptor has the
// identity and belongs to a socket that no process has open any more. It
// connects a datagram socket, which leaves no trace in a listener: a live socket
// of another type gives EPROTOTYPE, and a live datagram socket accepts or gives
// EPERM (unix_dgram_connect in net/unix/af_unix.c).
func checkDead(fd int, id sys.FileID) error {
	st, e := sys.StatFD(fd)
	switch {
	case e != 0:
		return sysError("stat", e)
	case st.ID != id:
		return sysError("bind", sys.EADDRINUSE)
	}
	sa, err := socket.Unix(sys.ProcPath(fd))
	if err != nil {
		return err
	}
	probe, err := socket.New(sys.AFUnix, sys.SockDgram, 0)
	if err != nil {
		return err
	}
	defer probe.Close()
	switch err := procError(&sa, probe.Connect(context.Background(), sa)); {
	case isErrno(err, sys.ECONNREFUSED):
		return nil
	case errors.Is(err, errors.ErrUnsupported):
		return err
	case err == nil, isErrno(err, sys.EPROTOTYPE), isErrno(err, sys.EPERM):
		return sysError("bind", sys.EADDRINUSE)
	default:
		return sysError(fmt.Sprintf("bind to a socket that may be in use (%v)", err), sys.EADDRINUSE)
	}
}

// sweep removes dead sockets with temporary names. The directory is locked.
func (d *sockDir) sweep() {
	for i := range temps {
		_ = d.removeTemp(d.temp(i))
	}
}

// removeTemp removes a dead socket with a temporary name, which nobody else
// touches while the directory is locked.
func (d *sockDir) removeTemp(name string) error {
	st, e := sys.StatAt(d.fd, name)
	if e != 0 || st.Mode.Type() != fs.ModeSocket {
		return nil
	}
	fd, e := sys.OpenPathNoFollow(d.fd, name)
	if e != 0 {
		return sysError("open", e)
	}
	defer sys.Close(fd)
	if err := checkDead(fd, st.ID); err != nil {
		return err
	}
	return unlinkError(sys.UnlinkAt(d.fd, name))
}

// publish renames the file with a temporary name to its own name.
func (lc *ListenConfig) publish(d *sockDir, temp string) error {
	for {
		e := sys.RenameNoReplace(d.fd, temp, d.name)
		switch {
		case e == 0:
			return nil
		case e != sys.EEXIST:
			return sysError("rename", e)
		case lc.Existing == ExistingFail:
			return sysError("bind", sys.EADDRINUSE)
		case lc.Existing == ExistingRemoveStale:
			if err := d.removeDead(d.name); err != nil {
				return err
			}
		default:
			if done, err := d.exchange(temp); done || err != nil {
				return err
			}
		}
	}
}

// exchange puts the file with a temporary name in the place of a socket, and
// removes the socket. If nothing is there any more, done is false. exchange
// looks at what is there before the swap, and again after it: a file that is not
// a socket goes back.
func (d *sockDir) exchange(temp string) (done bool, err error) {
	if _, exists, err := d.socketAt(d.name); err != nil || !exists {
		return false, err
	}
	switch e := sys.RenameExchange(d.fd, temp, d.name); e {
	case 0:
	case sys.ENOENT:
		return false, nil
	default:
		return false, sysError("rename", e)
	}
	if _, _, err := d.socketAt(temp); err != nil {
		sys.RenameExchange(d.fd, temp, d.name)
		return false, err
	}
	_ = unlinkError(sys.UnlinkAt(d.fd, temp)) // the next start sweeps
	return true, nil
}
