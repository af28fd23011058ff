package main

import (
	"net"

	"example.com/uds"
)

func init() {
	dgramTechs["uds"] = openUDSDgram
	dgramTechs["uds-unixaddr"] = openUDSDgramUnix
	senderTechs["uds"] = openUDSSender
}

// udsDgram sends to a peer and expects its datagrams to come from it.
type udsDgram struct {
	c    *uds.DgramConn
	peer uds.Addr
}

func udsDgrams(from, to string) (a, b udsDgram, err error) {
	if a.peer, err = uds.ParseAddr(to); err != nil {
		return a, b, err
	}
	if b.peer, err = uds.ParseAddr(from); err != nil {
		return a, b, err
	}
	if a.c, err = uds.ListenDgram(from); err != nil {
		return a, b, err
	}
	if b.c, err = uds.ListenDgram(to); err != nil {
		a.close()
	}
	return a, b, err
}

func openUDSDgram(from, to string, size int) (looper, error) {
	a, b, err := udsDgrams(from, to)
	return linkLoop{&a, &b, size}, err
}

func (d *udsDgram) send(p []byte) (int, error) { return d.c.WriteToAddr(p, d.peer) }

func (d *udsDgram) recv(p []byte) (int, error) {
	n, from, err := d.c.ReadFromAddr(p)
	if err == nil && from != d.peer {
		err = errAddress
	}
	return n, err
}

func (d *udsDgram) setSendBuffer(bytes int) error { return d.c.SetWriteBuffer(bytes) }
func (d *udsDgram) close() error                  { return d.c.Close() }

// udsDgramUnix uses the calls with net's signatures.
type udsDgramUnix struct {
	udsDgram
	addr *net.UnixAddr
}

func openUDSDgramUnix(from, to string, size int) (looper, error) {
	a, b, err := udsDgrams(from, to)
	return linkLoop{&udsDgramUnix{a, a.peer.UnixAddr("unixgram")}, &udsDgramUnix{b, b.peer.UnixAddr("unixgram")}, size}, err
}

func (d *udsDgramUnix) send(p []byte) (int, error) { return d.c.WriteToUnix(p, d.addr) }

func (d *udsDgramUnix) recv(p []byte) (int, error) {
	n, from, err := d.c.ReadFromUnix(p)
	if err == nil && from.Name != d.addr.Name {
		err = errAddress
	}
	return n, err
}

type udsSender struct{ udsDgram }

func openUDSSender(to string) (datagramSender, error) {
	peer, err := uds.ParseAddr(to)
	if err != nil {
		return nil, err
	}
	c, err := uds.ListenDgram(to + "-uds")
	return &udsSender{udsDgram{c, peer}}, err
}

func (s *udsSender) sendTo(p []byte) error {
	_, err := s.send(p)
	return err
}
