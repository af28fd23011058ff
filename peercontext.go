package uds

import (
	"context"
	"net"
	"syscall"

	"example.com/uds/internal/sys"
)

// peerKey is the context key of a Peer.
type peerKey struct{}

// ContextWithPeer returns ctx with the Peer of c, for PeerFromContext. It fits
// http.Server.ConnContext, and looks through a *tls.Conn and anything else with
// its method NetConn. Besides the connections of this package it knows
// *net.UnixConn. If the peer cannot be determined the context has none, even if
// ctx has that of another connection.
func ContextWithPeer(ctx context.Context, c net.Conn) context.Context {
	p, err := peerOf(c)
	if err == nil {
		return context.WithValue(ctx, peerKey{}, p)
	}
	if _, other := PeerFromContext(ctx); other {
		return context.WithValue(ctx, peerKey{}, nil)
	}
	return ctx
}

// PeerFromContext returns the Peer that ContextWithPeer put into ctx.
func PeerFromContext(ctx context.Context) (Peer, bool) {
	if ctx == nil {
		return Peer{}, false
	}
	p, ok := ctx.Value(peerKey{}).(Peer)
	return p, ok
}

// maxLayers is how many connections peerOf looks through: more than anybody
// nests, but few enough to end the search in a connection that wraps itself.
const maxLayers = 100

// peerOf returns the peer of whatever is below c.
func peerOf(c net.Conn) (Peer, error) {
	for range maxLayers {
		switch t := c.(type) {
		case interface{ Peer() (Peer, error) }:
			return t.Peer()
		case *net.UnixConn:
			return peerOfUnixConn(t)
		case interface{ NetConn() net.Conn }:
			c = t.NetConn()
		default:
			return Peer{}, errInvalid
		}
	}
	return Peer{}, errInvalid
}

// peerOfUnixConn returns the peer of a connection of package net.
func peerOfUnixConn(c *net.UnixConn) (Peer, error) {
	rc, err := c.SyscallConn()
	if err != nil {
		return Peer{}, err
	}
	p, err := peerOption(rawOption{rc}.read).peer()
	if err == nil {
		if addr, ok := c.RemoteAddr().(*net.UnixAddr); ok && addr.Name != "@" { // unnamed, to package net
			p.Addr, err = AddrOf(addr)
		}
	}
	return p, err
}

// rawOption reads options through a RawConn.
type rawOption struct{ rc syscall.RawConn }

func (r rawOption) read(opt int, p []byte) (n int, err error) {
	var e sys.Errno
	err = r.rc.Control(func(fd uintptr) { n, e = sys.Getsockopt(int(fd), sys.SolSocket, opt, p) })
	if err == nil {
		err = callError("getsockopt", e)
	}
	return n, err
}
