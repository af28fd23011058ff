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

// ExistingPolicy says what to do if the path to bind exists already.
type ExistingPolicy int

const (
	// ExistingFail fails with EADDRINUSE.
	ExistingFail ExistingPolicy = iota

	// ExistingRemoveStale removes a socket that no process has open any more,
	// and fails with EADDRINUSE on everything else.
	ExistingRemoveStale

	// ExistingReplace puts a new listener in the place of a socket, dead or
	// alive, with no instant at which the path is missing.
	ExistingReplace
)

// ListenConfig makes listeners and bound datagram sockets. The zero value
// works. It must not be changed while it is used, and may be used by many
// goroutines at once.
type ListenConfig struct {
	// Mode are the permission bits of the socket file, from the moment it
	// exists; the process's umask does not matter. 0 leaves the mode to the
	// umask. Other bits are EINVAL.
	Mode fs.FileMode

	// UID and GID are the socket file's owner; nil leaves the process's own.
	UID, GID *int

	// Backlog is how many connections may wait to be accepted. 0 is
	// net.core.somaxconn, which also limits it; less is EINVAL.
	Backlog int

	// Existing says what to do if the path exists already.
	Existing ExistingPolicy

	// KeepFile leaves the socket file when the socket is closed.
	KeepFile bool

	// Authorize, if not nil, is called by Accept with every new connection. If
	// it returns an error the connection is closed, and Accept goes on to the
	// next.
	Authorize func(*SeqConn) error

	// Options are set before the socket is bound, and accepted connections have
	// them too.
	Options Options

	// Control, if not nil, is called after the socket is made and has its
	// Options, before it is bound.
	Control func(network, address string, c syscall.RawConn) error
}

// Listen listens on the network "unixpacket"; the listener is a *SeqListener.
func Listen(network, address string) (net.Listener, error) {
	return new(ListenConfig).Listen(context.Background(), network, address)
}

// ListenSeq listens on a SOCK_SEQPACKET socket.
func ListenSeq(address string) (*SeqListener, error) {
	return new(ListenConfig).ListenSeq(context.Background(), address)
}

// Listen listens on the network "unixpacket"; the listener is a *SeqListener.
func (lc *ListenConfig) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	if network != networkSeq {
		return nil, opError("listen", network, nil, nil, unknownNetwork(network, networkSeq, "unix"))
	}
	l, err := lc.ListenSeq(ctx, address)
	if err != nil {
		return nil, err
	}
	return l, nil
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
	a, err := ParseAddr(address)
	if err != nil {
		return nil
	}
	return netAddr(a, network)
}

func (lc *ListenConfig) listenSeq(ctx context.Context, address string) (*SeqListener, error) {
	a, err := ParseAddr(address)
	if err != nil {
		return nil, err
	}
	if err := ctxErr(ctx); err != nil {
		return nil, err
	}
	if lc.Backlog < 0 {
		return nil, sysError(fmt.Sprintf("backlog %d is below zero", lc.Backlog), sys.EINVAL)
	}
	s, err := newSocket(sys.SockSeqpacket, &lc.Options, networkSeq, address, lc.Control)
	if err != nil {
		return nil, err
	}
	l := &SeqListener{s: s, lc: lc, addr: a}
	if err := l.open(); err != nil {
		s.Close()
		return nil, err
	}
	return l, nil
}

// open binds the socket and makes it listen.
func (l *SeqListener) open() error {
	file, err := l.lc.listen(l.s, l.addr)
	if err != nil {
		return err
	}
	if l.addr.IsUnnamed() {
		sa, err := l.s.Sockname()
		if err != nil {
			return err
		}
		l.addr = addrOfRaw(&sa)
	}
	l.file = file
	l.names = &names{local: l.addr}
	return nil
}

// maxBacklog is more than the kernel allows, which cuts it at
// net.core.somaxconn.
const maxBacklog = 1<<16 - 1

// ctxErr is the error of a context that has ended.
func ctxErr(ctx context.Context) error { return socket.ContextError(ctx) }
