package uds

import (
	"context"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// How long a bind waits for the lock of the directory, which another starter
// holds for less than a millisecond. A bind that touches no other socket's file
// goes on without it.
var lockToRemove = 10 * time.Second // tests change it

const lockToBind = 100 * time.Millisecond

// bindAddr binds s without any policy and notes the file.
func bindAddr(ctx context.Context, s *socket.Socket, a Addr) (*sockFile, error) {
	return new(ListenConfig).bind(ctx, s, a)
}

// bind binds a datagram socket as lc says. The caller removes the file before
// it closes s. After an error s is of no further use.
func (lc *ListenConfig) bind(ctx context.Context, s *socket.Socket, a Addr) (*sockFile, error) {
	return lc.place(ctx, s, a, func() error { return nil })
}

// maxBacklog is more than the kernel allows; it cuts the value to
// net.core.somaxconn.
const maxBacklog = 1<<16 - 1

// listen binds a socket as lc says and makes it listen.
func (lc *ListenConfig) listen(ctx context.Context, s *socket.Socket, a Addr) (*sockFile, error) {
	backlog := lc.Backlog
	if backlog == 0 {
		backlog = maxBacklog
	}
	return lc.place(ctx, s, a, func() error { return s.Listen(backlog) })
}

// place gives s its address. ready is called when the file has its mode, and,
// if another is replaced, before the file has its name.
func (lc *ListenConfig) place(ctx context.Context, s *socket.Socket, a Addr, ready func() error) (*sockFile, error) {
	if err := lc.checkFile(s.Type(), a); err != nil {
		return nil, err
	}
	if a.IsPath() {
		return lc.placePath(ctx, s, a.Path(), ready)
	}
	sa, err := sockaddr(a)
	if err != nil {
		return nil, err
	}
	if err := s.Bind(sa); err != nil {
		return nil, err
	}
	return new(sockFile), ready()
}

func (lc *ListenConfig) placePath(ctx context.Context, s *socket.Socket, path string, ready func() error) (*sockFile, error) {
	own, err := lc.owner()
	if err != nil {
		return nil, err
	}
	d, err := openSockDir(path)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if err := lc.lock(ctx, d); err != nil {
		return nil, err
	}
	if err := own.narrow(s); err != nil {
		return nil, err
	}
	f, err := lc.placeIn(d, s, own, ready)
	if err != nil {
		return nil, err
	}
	f.keep.Store(lc.KeepFile)
	return f, nil
}

// lock locks the directory, if need be, and removes what a killed process left
// there under a temporary name.
func (lc *ListenConfig) lock(ctx context.Context, d *sockDir) error {
	if lc.Existing == ExistingFail {
		_ = d.lock(ctx, lockToBind)
		return ctxErr(ctx)
	}
	if err := d.lock(ctx, lockToRemove); err != nil {
		return unsupportedCall(err)
	}
	d.sweep()
	return nil
}

// placeIn binds s to its name. If it replaces another socket, or if no address
// can hold the name itself, it binds s to a temporary name and renames that.
func (lc *ListenConfig) placeIn(d *sockDir, s *socket.Socket, own owner, ready func() error) (*sockFile, error) {
	_, fits := d.sockaddr(d.name)
	temporary := !fits || lc.Existing == ExistingReplace
	name := d.name
	var err error
	if temporary {
		name, err = d.bindTemp(s)
	} else {
		err = lc.bindName(d, s)
	}
	if err != nil {
		return nil, err
	}
	f, err := own.give(d, s, name)
	if err == nil {
		err = ready()
	}
	if err == nil && temporary {
		err = lc.publish(d, name)
	}
	if err != nil {
		_ = d.take(name, f.id)
		return nil, err
	}
	return f, nil
}

// bindName binds s to its own name, if need be after removing a dead socket.
func (lc *ListenConfig) bindName(d *sockDir, s *socket.Socket) error {
	err := d.bind(s, d.name)
	if lc.Existing != ExistingRemoveStale || !isErrno(err, sys.EADDRINUSE) {
		return err
	}
	if err := d.removeDead(d.name); err != nil {
		return err
	}
	return d.bind(s, d.name)
}

// unsupportedCall returns err, or errors.ErrUnsupported where the system lacks
// the call.
func unsupportedCall(err error) error {
	if isErrno(err, sys.ENOSYS) {
		return socket.Unsupported("listen")
	}
	return err
}
