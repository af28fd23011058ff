package uds

import (
	"os"
	"strings"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// connectAddr calls connect with a socket address for to. A path that does not
// fit an address is reached through a descriptor of its file (Linux).
func connectAddr(to Addr, connect func(socket.Sockaddr) error) error {
	sa, err := sockaddr(to)
	if err == nil {
		return connect(sa)
	}
	fd, e := openPath(to.Path())
	if e == sys.ENOSYS {
		return err
	}
	if e != 0 {
		return sysError("connect", e)
	}
	defer sys.Close(fd)
	if sa, err = socket.Unix(sys.ProcPath(fd)); err != nil {
		return err
	}
	return procError(&sa, connect(sa))
}

// sockaddr returns a in the form that the kernel takes.
func sockaddr(a Addr) (socket.Sockaddr, error) {
	raw, err := a.Raw()
	if err != nil {
		return socket.Sockaddr{}, err
	}
	return socket.Unix(string(raw))
}

// openPath opens the file at a path of any length with O_PATH (Linux).
func openPath(path string) (int, sys.Errno) {
	at, rest, e := walk(path)
	if e != 0 {
		return -1, e
	}
	defer closeWalk(at)
	return sys.OpenPath(at, rest)
}

// walk goes down a path that is too long for one call, and returns a directory
// and the rest of the path, which is short enough.
func walk(path string) (at int, rest string, e sys.Errno) {
	at = sys.AtCwd
	for len(path) > sys.MaxPath {
		i := strings.LastIndexByte(path[:sys.MaxPath], '/')
		if i <= 0 {
			closeWalk(at)
			return -1, "", sys.ENAMETOOLONG
		}
		next, e := sys.OpenPath(at, path[:i])
		closeWalk(at)
		if e != 0 {
			return -1, "", e
		}
		at, path = next, strings.TrimLeft(path[i:], "/")
	}
	return at, path, 0
}

// closeWalk closes a directory that walk opened.
func closeWalk(at int) {
	if at != sys.AtCwd {
		sys.Close(at)
	}
}

// splitPath splits a path into its directory and its last component.
func splitPath(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/')
	switch {
	case i < 0:
		return ".", path
	case i == 0:
		return "/", path[1:]
	}
	return path[:i], path[i+1:]
}

// procError is withoutProc for a call with an address that may lead through /proc.
func procError(sa *socket.Sockaddr, err error) error {
	if err == nil || !strings.HasPrefix(string(sa.Data()), procPrefix) {
		return err
	}
	return withoutProc("the way to the path", err)
}

// withoutProc explains the error of a call that went through /proc if /proc is
// missing: it is ErrUnsupported, because what is missing is part of the system,
// not a file.
func withoutProc(what string, err error) error {
	if !isErrno(err, sys.ENOENT) {
		return err
	}
	if _, e := os.Lstat(procPrefix); e == nil {
		return err
	}
	return sysError(what+" needs /proc, which is not mounted", sys.EOPNOTSUPP)
}
