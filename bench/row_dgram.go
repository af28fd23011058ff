package main

import (
	"context"
	"errors"
	"net"

	"github.com/mdlayher/socket"
	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

type dgramOpener = func(from, to string, size int) (looper, error)

// dgramTechs send datagrams between two bound, unconnected sockets and check
// where each came from.
var dgramTechs = map[string]dgramOpener{
	"net":      openNetDgram,
	"mdlayher": openMdDgram,
	"c":        openCDgram,
}

func dgramRows() []row {
	open := func(size int) func(dir string, t dgramOpener) (task, error) {
		return openLoop(func(t dgramOpener, dir string) (looper, error) { return t(dir+"/a", dir+"/b", size) })
	}
	names := []string{"net", "mdlayher", "c", "uds", "uds-unixaddr"}
	return []row{
		{name: "dgram-addr-64", family: "dgram-addr", bytes: 64, title: "datagram of 64 B to an address, sender's address read, one goroutine",
			entries: entries(dgramTechs, open(64), names...)},
		{name: "dgram-addr-1k", family: "dgram-addr", bytes: 1 << 10, title: "datagram of 1,024 B to an address, sender's address read, one goroutine",
			entries: entries(dgramTechs, open(1<<10), names...)},
	}
}

var errAddress = errors.New("wrong sender address")

// netDgram sends to a peer and expects its datagrams to come from it.
type netDgram struct {
	netBytes
	peer *net.UnixAddr
}

func openNetDgram(from, to string, size int) (looper, error) {
	fa, ta := &net.UnixAddr{Name: from, Net: "unixgram"}, &net.UnixAddr{Name: to, Net: "unixgram"}
	a, err := net.ListenUnixgram("unixgram", fa)
	if err != nil {
		return nil, err
	}
	b, err := net.ListenUnixgram("unixgram", ta)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return linkLoop{&netDgram{netBytes{a}, ta}, &netDgram{netBytes{b}, fa}, size}, nil
}

func (d *netDgram) send(p []byte) (int, error) { return d.c.WriteToUnix(p, d.peer) }

func (d *netDgram) recv(p []byte) (int, error) {
	n, from, err := d.c.ReadFromUnix(p)
	if err == nil && from.Name != d.peer.Name {
		err = errAddress
	}
	return n, err
}

type mdDgram struct {
	mdBytes
	peer *unix.SockaddrUnix
}

func mdBound(path string) (*socket.Conn, error) {
	c, err := mdSocket("unixgram")
	if err != nil {
		return nil, err
	}
	if err := c.Bind(&unix.SockaddrUnix{Name: path}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func openMdDgram(from, to string, size int) (looper, error) {
	a, err := mdBound(from)
	if err != nil {
		return nil, err
	}
	b, err := mdBound(to)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return linkLoop{
		&mdDgram{mdBytes{a}, &unix.SockaddrUnix{Name: to}},
		&mdDgram{mdBytes{b}, &unix.SockaddrUnix{Name: from}}, size,
	}, nil
}

func (d *mdDgram) send(p []byte) (int, error) {
	return len(p), d.c.Sendto(context.Background(), p, 0, d.peer)
}

func (d *mdDgram) recv(p []byte) (int, error) {
	n, from, err := d.c.Recvfrom(context.Background(), p, 0)
	if err == nil && from.(*unix.SockaddrUnix).Name != d.peer.Name {
		err = errAddress
	}
	return n, err
}

type cDgram struct {
	a, b     int
	from, to string
	size     int
}

func openCDgram(from, to string, size int) (looper, error) {
	a, err := rawBound("unixgram", from)
	if err != nil {
		return nil, err
	}
	b, err := rawBound("unixgram", to)
	if err != nil {
		return nil, errors.Join(err, unix.Close(a))
	}
	return cDgram{a, b, from, to, size}, nil
}

func (d cDgram) loop(n int) error {
	return cbench.DgramExchange(d.a, d.b, d.to, d.from, d.size, n)
}

func (d cDgram) close() error { return errors.Join(unix.Close(d.a), unix.Close(d.b)) }
