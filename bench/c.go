package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

func init() {
	techs["c"] = cTech{cbench.Plain}
	techs["c-msg"] = cTech{cbench.Msghdr}
	techs["c-mmsg"] = cTech{cbench.Mmsg}
}

// cTech is the C program. It makes its blocking sockets by system calls from
// Go, outside the measurement; every measured loop is C.
type cTech struct{ flavour cbench.Flavour }

func (t cTech) listen(network, path string) (acceptor, error) {
	fd, err := rawListen(network, path)
	if err != nil {
		return nil, err
	}
	return cAcceptor{fd, path, t}, nil
}

func (t cTech) dial(network, path string) (end, error) {
	fd, err := rawDial(network, path)
	if err != nil {
		return nil, err
	}
	return t.adopt(fd)
}

func (t cTech) adopt(fd int) (end, error) {
	if err := unix.SetNonblock(fd, false); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return cEnd{fd, t.flavour}, nil
}

func (t cTech) handover() (end, *os.File, error) { return rawHandover(t.adopt) }

type cAcceptor struct {
	fd   int
	path string
	t    cTech
}

func (a cAcceptor) accept() (end, error) {
	fd, _, err := unix.Accept4(a.fd, unix.SOCK_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("accept", err)
	}
	return a.t.adopt(fd)
}

func (a cAcceptor) close() error {
	os.Remove(a.path)
	return unix.Close(a.fd)
}

type cEnd struct {
	fd      int
	flavour cbench.Flavour
}

func (e cEnd) port(size, burst int) cbench.Port {
	return cbench.Port{FD: e.fd, Size: size, Burst: burst, Flavour: e.flavour}
}

// burst is how many messages a stream moves at once.
func (e cEnd) burst() int {
	if e.flavour == cbench.Mmsg {
		return batchSize
	}
	return 1
}

func (e cEnd) send(size, n int) error { return e.port(size, e.burst()).Send(n) }
func (e cEnd) recv(size, n int) error { return e.port(size, e.burst()).Recv(n) }
func (e cEnd) ping(size, n int) error { return e.port(size, 1).Ping(n) }

func (e cEnd) echo(size, n int, think time.Duration) error { return e.port(size, 1).Echo(n, think) }

func (e cEnd) exchange(peer end, size, n, burst int) error {
	return e.port(size, burst).Exchange(peer.(cEnd).port(size, burst), n)
}

func (e cEnd) bulkSend(b bulk) error { return cbench.BulkSend(e.fd, b.messages().piece, b.total) }
func (e cEnd) bulkRecv(b bulk) error { return cbench.BulkRecv(e.fd, b.messages().piece, b.total) }

func (e cEnd) setSendBuffer(bytes int) error {
	return unix.SetsockoptInt(e.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, bytes)
}

func (e cEnd) close() error { return unix.Close(e.fd) }

func cRotate(as, bs []end, size, n int) error {
	return cbench.Rotate(cFDs(as), cFDs(bs), size, n)
}

func cFDs(es []end) []int32 {
	fds := make([]int32, len(es))
	for i, e := range es {
		fds[i] = int32(e.(cEnd).fd)
	}
	return fds
}
