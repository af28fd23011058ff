package uds

import (
	"net"
	"strings"
	"sync/atomic"

	"example.com/uds/socket"
)

// The networks of this package, as in package net.
const (
	networkSeq   = "unixpacket"
	networkDgram = "unixgram"
)

// names are the two addresses of a connection. The pair is immutable and may
// be shared by many connections.
type names struct{ local, remote Addr }

// namesPointer holds a connection's names; nil stands for two unnamed ones.
type namesPointer struct{ p atomic.Pointer[names] }

func (p *namesPointer) get() names {
	if n := p.p.Load(); n != nil {
		return *n
	}
	return names{}
}

func (p *namesPointer) set(n names) { p.p.Store(&n) }

// The unnamed addresses, which most connections have.
var (
	unnamedSeq   = &net.UnixAddr{Net: networkSeq}
	unnamedDgram = &net.UnixAddr{Net: networkDgram}
)

// netAddr returns a in package net's form.
func netAddr(a Addr, network string) *net.UnixAddr {
	if !a.IsUnnamed() {
		return a.UnixAddr(network)
	}
	if network == networkDgram {
		return unnamedDgram
	}
	return unnamedSeq
}

// lastInError is the address that the last error named.
var lastInError atomic.Pointer[net.UnixAddr]

// addrInError is netAddr for an error. It allocates nothing if the error before
// named the same address: http.Server ends a Read by a deadline for each
// request, and all its connections are bound to one path.
func addrInError(a Addr, network string) net.Addr {
	if a.IsUnnamed() {
		return netAddr(a, network)
	}
	last := lastInError.Load()
	if last == nil || last.Net != network || last.Name != a.String() {
		last = a.UnixAddr(network)
		lastInError.Store(last)
	}
	return last
}

// procPrefix begins the path that stands in for a long one in the process that
// bound it. In another process it names another file.
const procPrefix = "/proc/self/fd/"

// addrOfRaw returns the address that the kernel reports. A path below
// /proc/self/fd is of use to nobody and counts as unnamed.
func addrOfRaw(sa *socket.Sockaddr) Addr {
	a, err := AddrFromRaw(sa.Data())
	if err != nil {
		return Addr{}
	}
	if strings.HasPrefix(a.Path(), procPrefix) {
		return Addr{}
	}
	return a
}
