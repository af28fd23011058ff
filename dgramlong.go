package uds

import (
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// reach returns an address by which a call reaches a, and what releases it. A
// path that does not fit an address is reached by a descriptor of its file
// (Linux), which lasts until then.
func reach(a Addr) (sa socket.Sockaddr, release func(), err error) {
	if sa, err = sockaddr(a); err == nil {
		return sa, func() {}, nil
	}
	fd, e := openPath(a.Path())
	switch {
	case e == sys.ENOSYS:
		return sa, nil, err
	case e != 0:
		return sa, nil, sysError("sendto", e)
	}
	if sa, err = socket.Unix(sys.ProcPath(fd)); err != nil {
		sys.Close(fd)
		return sa, nil, err
	}
	return sa, func() { sys.Close(fd) }, nil
}
