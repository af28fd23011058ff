package main

import (
	"context"
	"os"

	"github.com/mdlayher/socket"
	"golang.org/x/sys/unix"
)

func init() {
	techs["mdlayher"] = mdTech{func(c *socket.Conn) link { return mdBytes{c} }}
	techs["mdlayher-msg"] = mdTech{func(c *socket.Conn) link { return mdMsg{c} }}
}

// mdTech is github.com/mdlayher/socket; wrap selects its calls.
type mdTech struct{ wrap func(*socket.Conn) link }

func mdSocket(network string) (*socket.Conn, error) {
	return socket.Socket(unix.AF_UNIX, sockType(network), 0, "bench", nil)
}

func (t mdTech) listen(network, path string) (acceptor, error) {
	c, err := mdListen(network, path)
	if err != nil {
		return nil, err
	}
	return mdAcceptor{c, t, path}, nil
}

func mdListen(network, path string) (*socket.Conn, error) {
	c, err := mdSocket(network)
	if err != nil {
		return nil, err
	}
	if err = c.Bind(&unix.SockaddrUnix{Name: path}); err == nil {
		err = c.Listen(unix.SOMAXCONN)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (t mdTech) dial(network, path string) (end, error) {
	c, err := mdDial(network, path)
	if err != nil {
		return nil, err
	}
	return goEnd{t.wrap(c)}, nil
}

func mdDial(network, path string) (*socket.Conn, error) {
	c, err := mdSocket(network)
	if err != nil {
		return nil, err
	}
	if _, err := c.Connect(context.Background(), &unix.SockaddrUnix{Name: path}); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (t mdTech) adopt(fd int) (end, error) {
	c, err := socket.New(fd, "bench")
	if err != nil {
		return nil, err
	}
	return goEnd{t.wrap(c)}, nil
}

func (t mdTech) handover() (end, *os.File, error) { return rawHandover(t.adopt) }

type mdAcceptor struct {
	c    *socket.Conn
	t    mdTech
	path string
}

func (a mdAcceptor) accept() (end, error) {
	c, _, err := a.c.Accept(context.Background(), 0)
	if err != nil {
		return nil, err
	}
	return goEnd{a.t.wrap(c)}, nil
}

func (a mdAcceptor) close() error {
	os.Remove(a.path)
	return a.c.Close()
}

type mdBytes struct{ c *socket.Conn }

func (l mdBytes) send(p []byte) (int, error)    { return l.c.Write(p) }
func (l mdBytes) recv(p []byte) (int, error)    { return l.c.Read(p) }
func (l mdBytes) setSendBuffer(bytes int) error { return l.c.SetWriteBuffer(bytes) }
func (l mdBytes) close() error                  { return l.c.Close() }

type mdMsg struct{ c *socket.Conn }

func (l mdMsg) send(p []byte) (int, error) {
	return l.c.Sendmsg(context.Background(), p, nil, nil, 0)
}

func (l mdMsg) recv(p []byte) (int, error) {
	n, _, flags, _, err := l.c.Recvmsg(context.Background(), p, nil, 0)
	if flags&unix.MSG_TRUNC != 0 {
		return n, errLength
	}
	return n, err
}

func (l mdMsg) setSendBuffer(bytes int) error { return l.c.SetWriteBuffer(bytes) }
func (l mdMsg) close() error                  { return l.c.Close() }
