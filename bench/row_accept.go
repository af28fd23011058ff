package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"github.com/mdlayher/socket"
	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

// acceptTechs connect to their own listener, accept, and close both ends.
var acceptTechs = map[string]func(path string) (looper, error){
	"net":      openNetAccept,
	"mdlayher": openMdAccept,
	"c":        openCAccept,
}

type acceptOpener = func(path string) (looper, error)

func acceptRows() []row {
	open := openLoop(func(t acceptOpener, dir string) (looper, error) { return t(dir + "/s") })
	return []row{{
		name: "accept", family: "accept", title: "connect, accept, close both ends, one goroutine",
		entries: entries(acceptTechs, open, "net", "mdlayher", "c", "uds", "uds-refuse"),
	}}
}

// A dialer makes both ends of a connection, one after the other.
type dialer interface {
	dial() (io.Closer, error)
	accept() (io.Closer, error)
	close() error
}

// acceptLoop is the looper of every Go contestant.
type acceptLoop struct{ dialer }

func (a acceptLoop) loop(n int) error {
	for range n {
		c, err := a.dial()
		if err != nil {
			return err
		}
		s, err := a.accept()
		if err != nil {
			return errors.Join(err, c.Close())
		}
		if err := c.Close(); err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

type netAccept struct {
	l    *net.UnixListener
	addr *net.UnixAddr
}

func openNetAccept(path string) (looper, error) {
	addr := &net.UnixAddr{Name: path, Net: "unixpacket"}
	l, err := net.ListenUnix("unixpacket", addr)
	return acceptLoop{&netAccept{l, addr}}, err
}

func (a *netAccept) dial() (io.Closer, error)   { return net.DialUnix("unixpacket", nil, a.addr) }
func (a *netAccept) accept() (io.Closer, error) { return a.l.AcceptUnix() }
func (a *netAccept) close() error               { return a.l.Close() }

type mdAccept struct {
	l    *socket.Conn
	path string
}

func openMdAccept(path string) (looper, error) {
	l, err := mdListen("unixpacket", path)
	return acceptLoop{&mdAccept{l, path}}, err
}

func (a *mdAccept) dial() (io.Closer, error) { return mdDial("unixpacket", a.path) }
func (a *mdAccept) close() error             { return a.l.Close() }

func (a *mdAccept) accept() (io.Closer, error) {
	c, _, err := a.l.Accept(context.Background(), 0)
	return c, err
}

type cAccept struct {
	fd   int
	path string
}

func openCAccept(path string) (looper, error) {
	fd, err := rawListen("unixpacket", path)
	return cAccept{fd, path}, err
}

func (a cAccept) loop(n int) error { return cbench.Accept(a.fd, a.path, n) }

func (a cAccept) close() error {
	os.Remove(a.path)
	return unix.Close(a.fd)
}
