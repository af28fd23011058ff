package uds

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// sockDir is the directory of a socket file, open and perhaps locked.
type sockDir struct {
	fd     int
	path   string // of the socket file, as it was given
	name   string // its last component
	locked bool
}

// openSockDir opens the directory of a path.
func openSockDir(path string) (*sockDir, error) {
	at, rest, e := walk(path)
	if e != 0 {
		return nil, sysError("open", e)
	}
	defer closeWalk(at)
	dir, name := splitPath(rest)
	if name == "" {
		return nil, newAddrError(path, "the path of a socket does not end with a slash")
	}
	fd, e := sys.OpenDir(at, dir)
	if e != 0 {
		return nil, sysError("open", e)
	}
	return &sockDir{fd: fd, path: path, name: name}, nil
}

// close unlocks and closes the directory. The lock would outlive the descriptor
// in a child process that has not reached its execve(2).
func (d *sockDir) close() {
	if d.locked {
		sys.Unlock(d.fd)
	}
	sys.Close(d.fd)
}

// lock takes the flock(2) of the directory, which other starters respect. It
// leaves nothing behind, whatever becomes of this process. flock(2) has no
// timeout: lock tries again until ctx ends or wait has passed.
func (d *sockDir) lock(ctx context.Context, wait time.Duration) error {
	end := time.Now().Add(wait)
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		switch e := sys.TryLock(d.fd); e {
		case 0:
			d.locked = true
			return nil
		case sys.EAGAIN:
			if time.Now().After(end) {
				return sysError(fmt.Sprintf("flock of the directory, which another has had for %v", wait), sys.ETIMEDOUT)
			}
			if err := sleep(ctx, pause); err != nil {
				return err
			}
		case sys.EBADF:
			return sysError("flock of a directory that must not be read", sys.EACCES)
		default:
			return sysError("flock", e)
		}
	}
}

// sleep returns after d, or with the error of ctx when that ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctxErr(ctx)
	}
}

// sockaddr returns the address to bind for a file of the directory: the path as
// it was given if that fits, because other processes see it, else one through
// the directory's descriptor (Linux). Without either, ok is false.
func (d *sockDir) sockaddr(name string) (sa socket.Sockaddr, ok bool) {
	for _, path := range []string{d.path[:len(d.path)-len(d.name)] + name, procName(d.fd, name)} {
		if path == "" || len(path) > sys.SunPathSize {
			continue
		}
		sa, err := socket.Unix(path)
		return sa, err == nil
	}
	return sa, false
}

// procName returns a path to a file of a directory through the directory's
// descriptor.
func procName(dir int, name string) string {
	proc := sys.ProcPath(dir)
	if proc == "" {
		return ""
	}
	return proc + "/" + name
}

// bind binds s to a file of the directory.
func (d *sockDir) bind(s *socket.Socket, name string) error {
	sa, ok := d.sockaddr(name)
	if !ok {
		return newAddrError(d.path, tooLong("path", len(d.path), sys.SunPathSize))
	}
	return procError(&sa, s.Bind(sa))
}

// temps is how many temporary names a socket file has. More than one is in use
// only after a process was killed in the middle of a replacement while the
// replaced listener lives on.
const temps = 16

// temp returns the i-th temporary name for d.name in its directory. It is always
// the same, so that the next start finds what a killed one left, and short
// enough for every address.
func (d *sockDir) temp(i int) string {
	h := fnv.New64a()
	h.Write([]byte(d.name))
	return fmt.Sprintf(".uds-%016x-%d", h.Sum64(), i)
}

// bindTemp binds s to a temporary name. The directory is locked.
func (d *sockDir) bindTemp(s *socket.Socket) (name string, err error) {
	for i := range temps {
		name = d.temp(i)
		if err = d.bind(s, name); !isErrno(err, sys.EADDRINUSE) {
			break
		}
	}
	return name, err
}

// take removes a file if it has the identity. It first moves the file aside and
// looks at it: another file that came to the name meanwhile goes back.
func (d *sockDir) take(name string, id sys.FileID) error {
	st, e := sys.StatAt(d.fd, name)
	switch {
	case e != 0 && e != sys.ENOENT:
		return sysError("stat", e)
	case e != 0 || st.ID != id:
		return nil
	}
	for i := range temps {
		aside := d.temp(i)
		switch e := sys.RenameNoReplace(d.fd, name, aside); e {
		case 0:
			return d.drop(aside, name, id)
		case sys.EEXIST:
		case sys.ENOENT:
			return nil
		default: // the file system cannot, or this process must not
			return unlinkError(sys.UnlinkAt(d.fd, name))
		}
	}
	return unlinkError(sys.UnlinkAt(d.fd, name))
}

// drop removes a file that was moved aside, or moves it back if it has another
// identity or cannot be removed.
func (d *sockDir) drop(aside, name string, id sys.FileID) error {
	st, e := sys.StatAt(d.fd, aside)
	if e == 0 && st.ID == id {
		if e = sys.UnlinkAt(d.fd, aside); e == 0 {
			return nil
		}
	}
	sys.RenameNoReplace(d.fd, aside, name)
	return unlinkError(e)
}

func unlinkError(e sys.Errno) error {
	if e == 0 || e == sys.ENOENT {
		return nil
	}
	return sysError("unlink", e)
}
