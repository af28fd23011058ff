package uds

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"syscall"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// ExistingPolicy says what to do if the path to bind exists already. None
// removes anything but a socket, and none follows a symbolic link that has the
// path's last name.
//
// The policies other than ExistingFail are Linux's. They hold a flock(2) of the
// directory while they work, which therefore must be readable: of many that
// start at once exactly one wins, and no lock file stays. After 10 seconds of
// another's lock a start fails with ETIMEDOUT, and before that when its context
// ends. A process that is killed meanwhile leaves at most a dead socket under a
// name that begins with ".uds-", and the next start at the same path with one of
// these policies removes it.
type ExistingPolicy int

const (
	// ExistingFail fails with EADDRINUSE.
	ExistingFail ExistingPolicy = iota

	// ExistingRemoveStale removes a socket that no process has open any more,
	// and fails with EADDRINUSE on everything else. A process that has the
	// socket open notices nothing of the question. Where /proc is not mounted a
	// socket's state is not known, and the error is errors.ErrUnsupported.
	ExistingRemoveStale

	// ExistingReplace puts a new listener in the place of a socket, dead or
	// alive, with no instant at which a dial finds nothing. It is for listeners;
	// with datagram sockets it is EINVAL.
	//
	// The replaced listener keeps its backlog: it should keep accepting for a
	// moment, some 100 ms, before it closes, or what was dialled just before the
	// replacement is reset. Its Close leaves the successor's file alone.
	//
	// The kernel keeps the temporary name that the socket was bound to. It is
	// what getsockname(2), ss(8) and peers that ask getpeername(2) see; Addr and
	// this package's connections have the path that was asked for.
	ExistingReplace
)

// ListenConfig makes listeners and bound datagram sockets. The zero value works.
// It may be used by many goroutines at once, but not changed meanwhile; what a
// listener was made with does not change with it.
//
// A path of more than MaxPathLen bytes works on Linux if /proc is mounted. The
// kernel has another name for such a socket; Addr has the path. Datagrams that
// are sent from one cannot be answered, for their sender's address is that name.
//
// Abstract names have no permissions: every process of the network namespace
// may connect. Mode, UID, GID and ExistingReplace are EINVAL with one; Authorize
// is the way to choose peers, by their PeerCred.
type ListenConfig struct {
	// Mode are the permission bits of the socket file, from the moment it
	// exists; the process's umask does not matter and is not touched. For a
	// moment, before the socket listens, the file may lack some of the bits, and
	// never has others. 0 leaves the mode to the umask. Bits other than
	// fs.ModePerm are EINVAL (Linux). To connect takes write permission.
	// Where /proc is not mounted a file keeps the bits that it was made with: a
	// Mode with bits of the umask, or with bits for others than the user beside
	// UID or GID, is errors.ErrUnsupported.
	Mode fs.FileMode

	// UID and GID are the socket file's owner; nil leaves what the system gives
	// to a new file. Until the file has its owner nobody else has any
	// permission (Linux).
	UID, GID *int

	// Backlog is how many connections may wait to be accepted; Linux admits one
	// more. 0 is net.core.somaxconn, which also limits it; less is EINVAL.
	Backlog int

	// Existing says what to do if the path exists already.
	Existing ExistingPolicy

	// KeepFile leaves the socket file when the socket is closed. Otherwise Close
	// removes it if it is the file that was bound: not one that has come to the
	// path since. A relative path means the directory that was current when the
	// socket was bound.
	KeepFile bool

	// Authorize, if not nil, is called by Accept with every new connection. If
	// it returns an error the connection is closed, and Accept goes on to the
	// next. Meanwhile that Accept takes no other: one that receives from its
	// peer sets a deadline first, or a silent peer holds up all behind it.
	// Where there is no such Accept, as with datagrams, it is EINVAL.
	Authorize func(*SeqConn) error

	// Options are set before the socket is bound, and accepted connections have
	// them too.
	Options Options

	// Control, if not nil, is called after the socket is made and has its
	// Options, before it is bound.
	Control func(network, address string, c syscall.RawConn) error
}

// Listen listens on the network "unixpacket" or "unix": see ListenConfig.Listen.
func Listen(network, address string) (net.Listener, error) {
	return new(ListenConfig).Listen(context.Background(), network, address)
}

// ListenSeq listens on a SOCK_SEQPACKET socket bound to the address, which is in
// the form of ParseAddr; "" is an abstract name of the kernel's choice (Linux).
// The caller closes the listener, which removes the socket file. A path that
// exists is EADDRINUSE: ListenConfig.Existing says what else may be done about it.
func ListenSeq(address string) (*SeqListener, error) {
	return new(ListenConfig).ListenSeq(context.Background(), address)
}

// Listen listens on the network "unixpacket", or on "unix" for a SOCK_STREAM
// socket with the same rules for its file.
//
// For "unixpacket" the listener is a *SeqListener. For "unix" it has the methods
// of *net.UnixListener, SetUnlinkOnClose among them, and its connections are
// *net.UnixConn, whose LocalAddr is the kernel's name for the socket. Authorize,
// Options.Spin and Options.Timestamps are EINVAL there.
func (lc *ListenConfig) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	switch network {
	case networkSeq:
		l, err := lc.ListenSeq(ctx, address)
		if err != nil {
			return nil, err
		}
		return l, nil
	case networkStream:
		return lc.listenStream(ctx, address)
	}
	return nil, opError("listen", network, nil, nil, unknownNetwork(network, networkSeq, networkStream))
}

// ListenSeq listens on a SOCK_SEQPACKET socket bound to the address. The
// unnamed address gets an abstract name of the kernel's choice (Linux).
func (lc *ListenConfig) ListenSeq(ctx context.Context, address string) (*SeqListener, error) {
	l, err := lc.listenSeq(ctx, address)
	if err != nil {
		return nil, opError("listen", networkSeq, nil, errorAddr(address, networkSeq), err)
	}
	return l, nil
}

// errorAddr is an address for an error, as far as it can be parsed.
func errorAddr(address, network string) net.Addr {
	a, err := parseName(address)
	if err != nil {
		return nil
	}
	return netAddr(a, network)
}

func (lc *ListenConfig) listenSeq(ctx context.Context, address string) (*SeqListener, error) {
	a, s, err := lc.prepare(ctx, networkSeq, sys.SockSeqpacket, address)
	if err != nil {
		return nil, err
	}
	l, err := lc.newSeqListener(ctx, s, a)
	if err != nil {
		s.Close()
		return nil, err
	}
	return l, nil
}

// prepare checks the arguments of a listener and makes its socket.
func (lc *ListenConfig) prepare(ctx context.Context, network string, typ int, address string) (Addr, *socket.Socket, error) {
	if err := checkArgs(lc != nil, ctx); err != nil {
		return Addr{}, nil, err
	}
	a, err := parseName(address)
	if err != nil {
		return a, nil, err
	}
	if err := ctxErr(ctx); err != nil {
		return a, nil, err
	}
	if lc.Backlog < 0 {
		return a, nil, sysError(fmt.Sprintf("backlog %d is below zero", lc.Backlog), sys.EINVAL)
	}
	switch typ {
	case sys.SockStream:
		err = lc.checkStream()
	case sys.SockDgram:
		err = lc.checkDgram()
	}
	if err != nil {
		return a, nil, err
	}
	s, err := newSocket(typ, &lc.Options, network, address, lc.Control)
	return a, s, err
}

// newSeqListener binds s and makes it listen.
func (lc *ListenConfig) newSeqListener(ctx context.Context, s *socket.Socket, a Addr) (*SeqListener, error) {
	file, err := lc.listen(ctx, s, a)
	if err != nil {
		return nil, err
	}
	if a, err = boundAddr(s, a); err != nil {
		return nil, err
	}
	own := *lc // the caller's may change
	return &SeqListener{s: s, lc: &own, addr: a, file: file, names: &names{local: a}}, nil
}

// boundAddr is the address that s was bound to: the kernel's choice if none was
// asked for.
func boundAddr(s *socket.Socket, a Addr) (Addr, error) {
	if !a.IsUnnamed() {
		return a, nil
	}
	sa, err := s.Sockname()
	return addrOfRaw(&sa), err
}

// ctxErr is the error of a context that has ended.
func ctxErr(ctx context.Context) error { return socket.ContextError(ctx) }
