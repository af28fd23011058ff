package uds

import (
	"sync"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// reach returns an address by which a call reaches a, and a function that
// releases it. A path that does not fit an address is reached through a
// descriptor of its file (Linux), which is open until then.
func reach(a Addr) (sa socket.Sockaddr, release func(), err error) {
	if sa, err = sockaddr(a); err == nil {
		return sa, releaseNothing, nil
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

// longPath is a file that sends in progress reach through a descriptor.
// Concurrent sends share the descriptor, and so an address, which keeps them in
// order while the receiver's queue is full.
type longPath struct {
	fd    int
	id    sys.FileID
	users int // guarded by longPaths
}

// longPaths are those of this process. An open descriptor keeps the file's inode
// number from being used again.
var longPaths = struct {
	sync.Mutex
	byID map[sys.FileID]*longPath
}{byID: map[sys.FileID]*longPath{}}

// reachLong opens the file of a path. The caller releases the result after the
// send.
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

// releaseNothing is the release of an address that holds no descriptor.
func releaseNothing() {}
