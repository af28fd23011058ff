package uds_test

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"example.com/uds"
)

// modelSend is a way to send.
type modelSend struct {
	name        string
	call        func(c *uds.SeqConn, p []byte, files []*os.File) (n int, err error)
	bytes, both bool // the byte face; p is sent twice
	files       bool
}

var modelSends = []modelSend{
	{name: "Write", bytes: true, call: func(c *uds.SeqConn, p []byte, _ []*os.File) (int, error) { return c.Write(p) }},
	{name: "Send", call: func(c *uds.SeqConn, p []byte, _ []*os.File) (int, error) { return modelAll(len(p), c.Send(p)) }},
	{name: "SendFiles", files: true, call: func(c *uds.SeqConn, p []byte, files []*os.File) (int, error) {
		return modelAll(len(p), c.SendFiles(p, files...))
	}},
	{name: "SendMsg", files: true, call: func(c *uds.SeqConn, p []byte, files []*os.File) (int, error) {
		m := uds.Message{Buffers: [][]byte{p[:len(p)/2], p[len(p)/2:]}, OOB: &uds.OOB{Files: files}}
		err := c.SendMsg(&m, 0)
		return m.N, err
	}},
	{name: "SendBatch", both: true, call: func(c *uds.SeqConn, p []byte, _ []*os.File) (int, error) {
		n, err := c.SendBatch([]uds.Message{{Buffers: [][]byte{p}}, {Buffers: [][]byte{p}}})
		return n * len(p), err
	}},
	{name: "WriteMsgUnix", files: true, call: func(c *uds.SeqConn, p []byte, files []*os.File) (int, error) {
		var fds []int
		for _, f := range files {
			fds = append(fds, int(f.Fd()))
		}
		n, _, err := c.WriteMsgUnix(p, syscall.UnixRights(fds...), nil)
		return n, err
	}},
}

// modelAll is how much of n bytes was sent.
func modelAll(n int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return n, nil
}

// modelLimit is the largest message, 212,960 bytes unless the system has another
// net.core.wmem_default: a 32-bit kernel has a smaller one.
var modelLimit = defaultSendBuffer() - 32

// modelPiece is the byte face's piece of what is larger.
const modelPiece = 85_600

// defaultSendBuffer is SO_SNDBUF of a new socket.
func defaultSendBuffer() int {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		panic(err)
	}
	defer unix.Close(fd)
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
	if err != nil {
		panic(err)
	}
	return n
}

// do makes the send, if the queue has room for sure.
func (o *modelSend) do(w *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
	p := w.payload(modelSizes[s.size%len(modelSizes)])
	total := 2*len(p) + 2000
	for _, m := range peer.in {
		total += 2*len(m.data) + 2000
	}
	if total > modelLimit && len(peer.in) > 0 || o.both && len(p) > modelPiece {
		return "", ""
	}
	var places []int
	var files []*os.File
	for i := range s.how % 4 {
		if o.files {
			places = append(places, (s.how+i)%len(w.files))
			files = append(files, w.files[places[i]])
		}
	}
	want = o.want(e, peer, c, p, places)
	n, err := o.call(c.SeqConn, p, files)
	return fmt.Sprintf("%d %s", n, modelError(err)), want
}

// want is what the send should come to, and makes it so in the model.
func (o *modelSend) want(e, peer *modelEnd, c *modelConn, p []byte, files []int) string {
	idle := o.bytes && len(p) == 0
	switch {
	case c.closed:
		return "0 use of closed network connection"
	case idle:
		return "0 ok"
	case e.reset:
		e.meetReset(c)
		return "0 ECONNRESET"
	case len(p) > modelLimit && !o.bytes:
		return "0 EMSGSIZE"
	case e.writeShut:
		return "0 EPIPE"
	}
	n, piece := 0, max(len(p), 1)
	if len(p) > modelLimit {
		piece = modelPiece
	}
	for more := p; ; more = more[piece:] {
		if len(more) <= piece {
			peer.in = append(peer.in, modelMsg{more, files})
			break
		}
		peer.in = append(peer.in, modelMsg{more[:piece], nil})
	}
	if n = len(p); o.both {
		peer.in = append(peer.in, modelMsg{p, nil})
		n *= 2
	}
	return fmt.Sprintf("%d ok", n)
}
