package uds

import (
	"net"
	"sync"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// reach returns an address by which a call reaches a, and what releases it. A
// path that does not fit an address is reached by a descriptor of its file
// (Linux), which lasts until then.
func reach(a Addr) (sa socket.Sockaddr, release func(), err error) {
	if sa, err = sockaddr(a); err == nil {
		return sa, nothing, nil
	}
	if !a.IsPath() {
		return sa, nil, err
	}
	l, e := reachLong(a.Path())
	switch {
	case e == sys.ENOSYS:
		return sa, nil, err
	case e != 0:
		return sa, nil, sysError("sendto", e)
	}
	if sa, err = socket.Unix(sys.ProcPath(l.fd)); err != nil {
		l.release()
		return sa, nil, err
	}
	return sa, l.release, nil
}

// longPath is a file that sends are under way to by way of a descriptor. Those at
// the same time share one, and so an address: by that they keep their order while
// the receiver's queue is full.
type longPath struct {
	fd    int
	id    sys.FileID
	users int // with longPaths
}

// longPaths are those of this process. An open descriptor keeps the file's number
// from being used again.
var longPaths = struct {
	sync.Mutex
	byID map[sys.FileID]*longPath
}{byID: map[sys.FileID]*longPath{}}

// reachLong opens the file of a path, and returns what release is called of after
// the send.
func reachLong(path string) (*longPath, sys.Errno) {
	fd, e := openPath(path)
	if e != 0 {
		return nil, e
	}
	st, e := sys.StatFD(fd)
	if e != 0 {
		sys.Close(fd)
		return nil, e
	}
	longPaths.Lock()
	defer longPaths.Unlock()
	l := longPaths.byID[st.ID]
	if l == nil {
		l = &longPath{fd: fd, id: st.ID}
		longPaths.byID[st.ID] = l
	} else {
		sys.Close(fd)
	}
	l.users++
	return l, 0
}

// release closes the descriptor after the last send.
func (l *longPath) release() {
	longPaths.Lock()
	defer longPaths.Unlock()
	if l.users--; l.users == 0 {
		delete(longPaths.byID, l.id)
		sys.Close(l.fd)
	}
}

// nothing is what releases an address that holds nothing.
func nothing() {}

// aim makes name the destination of o; release is called after the send. The
// destinations met before are d's.
func (o *outgoing) aim(d *dests, name string) (release func(), err error) {
	if len(name) <= MaxPathLen {
		to, err := d.of(name)
		if err != nil {
			return nil, err
		}
		o.to = &to.sa
		return nothing, nil
	}
	a, err := parseName(name)
	if err != nil {
		return nil, err
	}
	sa, release, err := reach(a)
	o.to, o.long = &sa, a
	return release, err
}

// aimFailed is the error of a send to an address that can not be reached.
func (c *conn) aimFailed(err error, to *net.UnixAddr) error {
	return opError("write", c.network(), c.LocalAddr(), to, c.closedOr(err))
}

// dest is the destination for an error.
func (o *outgoing) dest() Addr {
	if !o.long.IsUnnamed() {
		return o.long
	}
	return addrOfRaw(o.to)
}
