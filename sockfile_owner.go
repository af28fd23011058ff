package uds

import (
	"fmt"
	"io/fs"
	"math"
	"os"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// owner is the mode and owner that a socket file is to have.
type owner struct {
	set      bool   // else the system decides
	first    uint32 // permission bits to make the file with, less the umask's
	last     uint32 // permission bits
	uid, gid int    // -1: as the system makes the file
}

// checkFile checks the fields of lc that are about the socket file of a.
func (lc *ListenConfig) checkFile(typ int, a Addr) error {
	if extra := lc.Mode &^ fs.ModePerm; extra != 0 {
		return sysError(fmt.Sprintf("mode %#o has the bits %#o, allowed are those of %#o", uint32(lc.Mode), uint32(extra), uint32(fs.ModePerm)), sys.EINVAL)
	}
	if err := checkID("UID", lc.UID); err != nil {
		return err
	}
	if err := checkID("GID", lc.GID); err != nil {
		return err
	}
	if lc.Existing < ExistingFail || lc.Existing > ExistingReplace {
		return sysError(fmt.Sprintf("existing policy %d, allowed are %d to %d", lc.Existing, ExistingFail, ExistingReplace), sys.EINVAL)
	}
	if lc.Existing == ExistingReplace && typ == sys.SockDgram {
		return sysError("ExistingReplace with a datagram socket, which could not be answered", sys.EINVAL)
	}
	if !a.IsPath() && (lc.Mode != 0 || lc.UID != nil || lc.GID != nil || lc.Existing == ExistingReplace) {
		return sysError(fmt.Sprintf("mode, owner or ExistingReplace with the address %q, which is no file", a), sys.EINVAL)
	}
	return nil
}

// checkID checks a user or group number. (uid_t)-1 means none: chown(2).
func checkID(what string, id *int) error {
	if id != nil && (*id < 0 || uint64(*id) >= math.MaxUint32) {
		return sysError(fmt.Sprintf("%s %d, allowed are 0 to %d", what, *id, uint32(math.MaxUint32-1)), sys.EINVAL)
	}
	return nil
}

// owner returns what lc asks for. Until a file's owner changes as asked, only
// its first owner has access to it.
func (lc *ListenConfig) owner() (owner, error) {
	o := owner{uid: -1, gid: -1}
	if lc.Mode == 0 && lc.UID == nil && lc.GID == nil {
		return o, nil
	}
	o.set, o.last = true, uint32(lc.Mode)
	if lc.Mode == 0 {
		mask, e := sys.Umask()
		if e != 0 {
			return o, unsupportedCall(withoutProc("umask", sysError("umask", e)))
		}
		o.last = uint32(fs.ModePerm) &^ mask
	}
	o.first = o.last
	if lc.UID != nil {
		o.uid, o.first = *lc.UID, o.last&0o700
	}
	if lc.GID != nil {
		o.gid, o.first = *lc.GID, o.last&0o700
	}
	return o, nil
}

// narrow ensures that a bind of s makes a file with no more permissions than it
// is to have.
func (o *owner) narrow(s *socket.Socket) error {
	if !o.set {
		return nil
	}
	return unsupportedCall(onFD(s, "fchmod", func(fd int) sys.Errno { return sys.ChmodSocket(fd, o.first) }))
}

// give sets the mode and owner of the file that s was bound to, and notes the
// file. Even with an error it returns what is known of the file.
func (o *owner) give(d *sockDir, s *socket.Socket, name string) (*sockFile, error) {
	fd, st, err := d.bound(s, name)
	if err != nil {
		if o.set {
			return new(sockFile), err
		}
		return new(sockFile), nil // never removed
	}
	f := newSockFile(d.path, st.ID)
	if fd < 0 && o.set {
		if fd, err = d.openOwn(name, st); err != nil {
			return f, err
		}
	}
	if fd < 0 {
		return f, nil
	}
	defer sys.Close(fd)
	return f, o.apply(fd, st)
}

// bound finds the file that s was bound to. With CAP_NET_ADMIN the kernel says
// which, and fd is a descriptor of it; otherwise it is the file that has the
// name, under the directory's lock, and fd is -1.
func (d *sockDir) bound(s *socket.Socket, name string) (fd int, st sys.FileStat, err error) {
	err = onFD(s, "ioctl", func(sock int) (e sys.Errno) {
		fd, e = sys.SocketFile(sock)
		return e
	})
	if err == nil {
		st, e := sys.StatFD(fd)
		if e == 0 {
			return fd, st, nil
		}
		sys.Close(fd)
	}
	st, e := sys.StatAt(d.fd, name)
	if e == 0 && st.Mode.Type() != fs.ModeSocket {
		e = sys.ENOENT
	}
	if e == 0 {
		e = d.moved()
	}
	return -1, st, callError("stat", e)
}

// moved returns ENOENT if the path of d leads to another directory than the open
// one, after a rename, a changed symbolic link or a chdir(2), and another error
// if that is not known: in either case bind(2), which takes the path, may have
// made the file elsewhere. A path that is too long for a system call leads to
// the open one.
func (d *sockDir) moved() sys.Errno {
	dir, _ := splitPath(d.path)
	if dir += "/."; len(dir) > sys.MaxPath {
		return 0
	}
	there, e := sys.StatAt(sys.AtCwd, dir)
	if e != 0 {
		return e
	}
	open, e := sys.StatFD(d.fd)
	if e == 0 && there.ID != open.ID {
		e = sys.ENOENT
	}
	return e
}

// openOwn opens a socket file that has the identity and belongs to this
// process's user.
func (d *sockDir) openOwn(name string, want sys.FileStat) (int, error) {
	fd, e := sys.OpenPathNoFollow(d.fd, name)
	if e != 0 {
		return -1, sysError("open", e)
	}
	st, e := sys.StatFD(fd)
	if e != 0 {
		sys.Close(fd)
		return -1, sysError("stat", e)
	}
	if st.ID != want.ID || int(st.UID) != os.Geteuid() {
		sys.Close(fd)
		return -1, sysError("the socket file was replaced while it was made: open", sys.ENOENT)
	}
	return fd, nil
}

// apply gives a file its owner, then its mode.
func (o *owner) apply(fd int, st sys.FileStat) error {
	if !o.set {
		return nil
	}
	if o.uid >= 0 && o.uid != int(st.UID) || o.gid >= 0 && o.gid != int(st.GID) {
		if e := sys.ChownPath(fd, o.uid, o.gid); e != 0 {
			return sysError("chown", e)
		}
	}
	if uint32(st.Mode.Perm()) != o.last {
		if e := sys.ChmodPath(fd, o.last); e != 0 {
			return withoutProc("chmod of a socket file", sysError("chmod", e))
		}
	}
	return nil
}

// onFD runs a call on the descriptor of s.
func onFD(s *socket.Socket, call string, f func(fd int) sys.Errno) error {
	rc, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var e sys.Errno
	if err := rc.Control(func(fd uintptr) { e = f(int(fd)) }); err != nil {
		return err
	}
	return callError(call, e)
}
