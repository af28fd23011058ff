package main

import (
	"net"
	"os"
	"syscall"
)

func init() {
	techs["net"] = netTech{func(c *net.UnixConn) link { return netBytes{c} }}
	techs["net-msg"] = netTech{func(c *net.UnixConn) link { return netMsg{c} }}
}

// netTech is net.UnixConn; wrap selects its calls.
type netTech struct{ wrap func(*net.UnixConn) link }

func (t netTech) listen(network, path string) (acceptor, error) {
	l, err := net.ListenUnix(network, &net.UnixAddr{Name: path, Net: network})
	if err != nil {
		return nil, err
	}
	return netAcceptor{l, t}, nil
}

func (t netTech) dial(network, path string) (end, error) {
	c, err := net.DialUnix(network, nil, &net.UnixAddr{Name: path, Net: network})
	if err != nil {
		return nil, err
	}
	return goEnd{t.wrap(c)}, nil
}

func (t netTech) adopt(fd int) (end, error) {
	c, err := netConn(fd)
	if err != nil {
		return nil, err
	}
	return goEnd{t.wrap(c)}, nil
}

func (t netTech) handover() (end, *os.File, error) { return rawHandover(t.adopt) }

type netAcceptor struct {
	l *net.UnixListener
	t netTech
}

func (a netAcceptor) accept() (end, error) {
	c, err := a.l.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return goEnd{a.t.wrap(c)}, nil
}

func (a netAcceptor) close() error { return a.l.Close() }

// netConn makes a UnixConn of a descriptor, which it takes over.
func netConn(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "socket")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return c.(*net.UnixConn), nil
}

// netPair is a SEQPACKET socketpair as a user of net makes one.
func netPair() (a, b *net.UnixConn, err error) {
	p, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if a, err = netConn(p[0]); err != nil {
		syscall.Close(p[1])
		return nil, nil, err
	}
	if b, err = netConn(p[1]); err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

type netBytes struct{ c *net.UnixConn }

func (l netBytes) send(p []byte) (int, error)    { return l.c.Write(p) }
func (l netBytes) recv(p []byte) (int, error)    { return l.c.Read(p) }
func (l netBytes) setSendBuffer(bytes int) error { return l.c.SetWriteBuffer(bytes) }
func (l netBytes) close() error                  { return l.c.Close() }

// netMsg is what a user of net needs to see a truncated message.
type netMsg struct{ c *net.UnixConn }

func (l netMsg) send(p []byte) (int, error) {
	n, _, err := l.c.WriteMsgUnix(p, nil, nil)
	return n, err
}

func (l netMsg) recv(p []byte) (int, error) {
	n, _, flags, _, err := l.c.ReadMsgUnix(p, nil)
	if flags&syscall.MSG_TRUNC != 0 {
		return n, errLength
	}
	return n, err
}

func (l netMsg) setSendBuffer(bytes int) error { return l.c.SetWriteBuffer(bytes) }
func (l netMsg) close() error                  { return l.c.Close() }
