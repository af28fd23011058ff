package main

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"

	"example.com/uds"
)

func init() {
	refuse := uds.Options{RefuseFiles: true}
	bytes := func(c *uds.SeqConn) end { return goEnd{udsBytes{c}} }
	message := func(c *uds.SeqConn) end { return goEnd{udsMessage{udsBytes{c}}} }
	techs["uds"] = udsTech{wrap: bytes}
	techs["uds-refuse"] = udsTech{wrap: bytes, options: refuse}
	techs["uds-send"] = udsTech{wrap: message}
	techs["uds-send-refuse"] = udsTech{wrap: message, options: refuse}
	techs["uds-msg"] = udsTech{wrap: func(c *uds.SeqConn) end { return goEnd{newUDSMsg(c)} }}
	techs["uds-msg-unix"] = udsTech{wrap: func(c *uds.SeqConn) end { return goEnd{udsMsgUnix{udsBytes{c}}} }}
	techs["uds-batch"] = udsTech{wrap: newUDSBatch}
	techs["uds-batch-refuse"] = udsTech{wrap: newUDSBatch, options: refuse}
	connTechs["uds"] = udsConns(uds.Options{})
	connTechs["uds-refuse"] = udsConns(refuse)
	acceptTechs["uds"] = openUDSAccept(uds.Options{})
	acceptTechs["uds-refuse"] = openUDSAccept(refuse)
}

// udsTech is uds.SeqConn: wrap selects its calls, options its settings.
type udsTech struct {
	wrap    func(*uds.SeqConn) end
	options uds.Options
}

func (t udsTech) listen(_, path string) (acceptor, error) {
	l, err := udsListen(path, t.options)
	return udsAcceptor{l, t}, err
}

func udsListen(path string, o uds.Options) (*uds.SeqListener, error) {
	lc := uds.ListenConfig{Options: o}
	return lc.ListenSeq(context.Background(), path)
}

func (t udsTech) dial(_, path string) (end, error) {
	c, err := (&uds.Dialer{Options: t.options}).DialSeq(context.Background(), path)
	if err != nil {
		return nil, err
	}
	return t.wrap(c), nil
}

func (t udsTech) adopt(fd int) (end, error) {
	f := os.NewFile(uintptr(fd), "socket")
	defer f.Close()
	c, err := uds.FileSeqConn(f)
	if err != nil {
		return nil, err
	}
	return t.wrap(c), nil
}

func (t udsTech) handover() (end, *os.File, error) {
	a, b, err := uds.SeqPair()
	if err != nil {
		return nil, nil, err
	}
	f, err := b.Detach()
	if err != nil {
		a.Close()
		b.Close()
		return nil, nil, err
	}
	return t.wrap(a), f, nil
}

type udsAcceptor struct {
	l *uds.SeqListener
	t udsTech
}

func (a udsAcceptor) accept() (end, error) {
	c, err := a.l.AcceptSeq()
	if err != nil {
		return nil, err
	}
	return a.t.wrap(c), nil
}

func (a udsAcceptor) close() error { return a.l.Close() }

// udsBytes is the byte face.
type udsBytes struct{ c *uds.SeqConn }

func (l udsBytes) send(p []byte) (int, error)    { return l.c.Write(p) }
func (l udsBytes) recv(p []byte) (int, error)    { return l.c.Read(p) }
func (l udsBytes) setSendBuffer(bytes int) error { return l.c.SetWriteBuffer(bytes) }
func (l udsBytes) close() error                  { return l.c.Close() }

// udsMessage is the message face.
type udsMessage struct{ udsBytes }

func (l udsMessage) send(p []byte) (int, error) { return len(p), l.c.Send(p) }
func (l udsMessage) recv(p []byte) (int, error) { return l.c.Recv(p) }

// udsMsg keeps its Message, as a program with a loop does.
type udsMsg struct {
	udsBytes
	m uds.Message
}

func newUDSMsg(c *uds.SeqConn) *udsMsg {
	return &udsMsg{udsBytes{c}, uds.Message{Buffers: make([][]byte, 1)}}
}

func (l *udsMsg) send(p []byte) (int, error) {
	l.m.Buffers[0] = p
	err := l.c.SendMsg(&l.m, 0)
	return l.m.N, err
}

func (l *udsMsg) recv(p []byte) (int, error) {
	l.m.Buffers[0] = p
	err := l.c.RecvMsg(&l.m, 0)
	return l.m.N, err
}

// udsMsgUnix is the pair of calls with net's signatures.
type udsMsgUnix struct{ udsBytes }

func (l udsMsgUnix) send(p []byte) (int, error) {
	n, _, err := l.c.WriteMsgUnix(p, nil, nil)
	return n, err
}

func (l udsMsgUnix) recv(p []byte) (int, error) {
	n, _, flags, _, err := l.c.ReadMsgUnix(p, nil)
	if flags&syscall.MSG_TRUNC != 0 {
		return n, errLength
	}
	return n, err
}

func udsConns(o uds.Options) connTech {
	return connTech{
		listen: func(path string) (net.Listener, error) { return udsListen(path, o) },
		dial: func(ctx context.Context, path string) (net.Conn, error) {
			return (&uds.Dialer{Options: o}).DialSeq(ctx, path)
		},
	}
}

type udsAccept struct {
	l    *uds.SeqListener
	d    uds.Dialer
	path string
}

func openUDSAccept(o uds.Options) acceptOpener {
	return func(path string) (looper, error) {
		l, err := udsListen(path, o)
		return acceptLoop{&udsAccept{l, uds.Dialer{Options: o}, path}}, err
	}
}

func (a *udsAccept) dial() (io.Closer, error)   { return a.d.DialSeq(context.Background(), a.path) }
func (a *udsAccept) accept() (io.Closer, error) { return a.l.AcceptSeq() }
func (a *udsAccept) close() error               { return a.l.Close() }
