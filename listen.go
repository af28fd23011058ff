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

// ExistingPolicy says what to do if the path to bind already exists. No policy
// removes anything but a socket, and none follows a symbolic link that is the
// path's last component.
//
// The policies other than ExistingFail need Linux. While they work they hold a
// flock(2) of the directory, which must be readable for that: of many processes
// that start at once exactly one wins, and no lock file stays behind. If another
// holds the lock for 10 seconds a start fails with ETIMEDOUT, or earlier when
// its context ends. A process killed meanwhile leaves at most a dead socket
// under a name that begins with ".uds-", and the next start at the same path
// with one of these policies removes it.
type ExistingPolicy int

const (
	// ExistingFail fails with EADDRINUSE.
	ExistingFail ExistingPolicy = iota

	// ExistingRemoveStale removes a socket that no process has open any more,
	// and fails with EADDRINUSE on everything else. A process that has the
	// socket open does not notice the check. Where /proc is not mounted, a
	// socket's state is not known, and the error is errors.ErrUnsupported.
	ExistingRemoveStale

	// ExistingReplace puts a new listener in the place of a socket, dead or
	// alive, with no instant at which a dial finds nothing. It is for listeners;
	// with datagram sockets it is EINVAL.
	//
	// The replaced listener keeps its backlog: it should keep accepting for a
	// moment, some 100 ms, before it closes, or connections dialled just before
	// the replacement are reset. Its Close leaves the successor's file alone.
	//
	// The kernel keeps the temporary name that the socket was bound to. It is
	// what getsockname(2), ss(8) and peers that ask getpeername(2) see; Addr and
	// this package's connections report the path that was asked for.
	ExistingReplace
)

// ListenConfig makes listeners and bound datagram sockets. The zero value works.
// It may be used by many goroutines at once, but must not be changed meanwhile;
// a later change does not affect listeners made before.
//
// A path that is too long for [Addr.Raw] works on Linux if /proc is mounted. The
// kernel has another name for such a socket; Addr returns the path. Datagrams
// sent from such a socket cannot be answered, because that other name is their
// sender's address.
//
// Abstract names have no permissions: every process of the network namespace
// may connect. Mode, UID, GID and ExistingReplace are EINVAL with one; Authorize
// is the way to choose peers, by their PeerCred.
type ListenConfig struct {
	// Mode are the permission bits of the socket file, from the moment it
	// exists; the process's umask does not matter and is not touched. For a
	// moment, before the socket listens, the file may lack some of the bits, but
	// it never has others. 0 leaves the mode to the umask. Bits other than
	// fs.ModePerm are EINVAL (Linux). Connecting needs write permission. Where
	// /proc is not mounted, a file keeps the bits that it was made with: a Mode
	// with bits that the umask clears, or one with bits for group or others
	// along with a UID or GID, is errors.ErrUnsupported.
	Mode fs.FileMode

	// UID and GID are the socket file's owner; nil leaves what the system gives
	// a new file. Until the file has that owner, only the user that made it has
	// any permission (Linux).
	UID, GID *int

	// Backlog is how many connections may wait to be accepted; Linux admits one
	// more. 0 means net.core.somaxconn, which is also the limit; less than 0 is
	// EINVAL.
	Backlog int

	// Existing says what to do if the path already exists.
	Existing ExistingPolicy

	// KeepFile leaves the socket file in place when the socket is closed.
	// Otherwise Close removes it if it is the file that was bound, not one that
	// has come to the path since. A relative path is taken from the directory
	// that was current when the socket was bound, by the name that it had then.
	KeepFile bool

	// Authorize, if not nil, is called by Accept with every new connection. If
	// it returns an error the connection is closed, and Accept goes on to the
	// next. While it runs that Accept takes no other connection: a function that
	// receives from the peer should set a deadline first, or a silent peer holds
	// up all behind it. An Accept whose listener is closed or whose context ends
	// meanwhile closes the connection and ends when Authorize returns. Where there
	// is no such Accept, as with datagrams, Authorize is EINVAL.
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
// the form of ParseAddr; "" asks for an abstract name of the kernel's choice
// (Linux). The caller closes the listener, which removes the socket file. A path
// that exists is EADDRINUSE; ListenConfig.Existing can ask for something else.
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

// errorAddr returns an address for an error, nil if it cannot be parsed.
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

// boundAddr returns the address that s was bound to: the kernel's choice if none
// was asked for.
func boundAddr(s *socket.Socket, a Addr) (Addr, error) {
	if !a.IsUnnamed() {
		return a, nil
	}
	sa, err := s.Sockname()
	return addrOfRaw(&sa), err
}

// ctxErr returns the error of a context that has ended.
func ctxErr(ctx context.Context) error { return socket.ContextError(ctx) }
