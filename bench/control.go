package main

import (
	"context"
	"errors"

	"github.com/mdlayher/socket"
	"golang.org/x/sys/unix"
)

// controlSize is the payload of the rows with ancillary data, in bytes.
const controlSize = 64

var errControl = errors.New("wrong ancillary data")

// control is ancillary data as users of net and mdlayher handle it: encode gives what
// a send takes, take parses and checks what a receive brought.
type control struct {
	encode func() []byte
	take   func(oob []byte) error
}

// netControl sends and receives with ancillary data over net.UnixConn.
type netControl struct {
	netMsg
	control
	oob []byte
}

func netControlPair(k control) (a, b *netControl, err error) {
	x, y, err := netPair()
	if err != nil {
		return nil, nil, err
	}
	return &netControl{netMsg{x}, k, nil}, &netControl{netMsg{y}, k, make([]byte, 256)}, nil
}

func (l *netControl) send(p []byte) (int, error) {
	n, _, err := l.c.WriteMsgUnix(p, l.encode(), nil)
	return n, err
}

func (l *netControl) recv(p []byte) (int, error) {
	n, oobn, _, _, err := l.c.ReadMsgUnix(p, l.oob)
	if err != nil {
		return n, err
	}
	return n, l.take(l.oob[:oobn])
}

// mdControl is the same over mdlayher/socket.
type mdControl struct {
	mdMsg
	control
	oob []byte
}

func mdControlPair(k control) (a, b *mdControl, err error) {
	x, y, err := mdPair()
	if err != nil {
		return nil, nil, err
	}
	return &mdControl{mdMsg{x}, k, nil}, &mdControl{mdMsg{y}, k, make([]byte, 256)}, nil
}

// mdPair is a SEQPACKET socketpair.
func mdPair() (a, b *socket.Conn, err error) {
	x, y, err := rawPair()
	if err != nil {
		return nil, nil, err
	}
	if a, err = socket.New(x, "bench"); err != nil {
		unix.Close(y)
		return nil, nil, err
	}
	if b, err = socket.New(y, "bench"); err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

func (l *mdControl) send(p []byte) (int, error) {
	return l.c.Sendmsg(context.Background(), p, l.encode(), nil, 0)
}

func (l *mdControl) recv(p []byte) (int, error) {
	n, oobn, _, _, err := l.c.Recvmsg(context.Background(), p, l.oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return n, err
	}
	return n, l.take(l.oob[:oobn])
}
