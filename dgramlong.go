package uds

import (
	"net"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// reach returns an address by which a call reaches a, and what releases it. A
// path that does not fit an address is reached by a descriptor of its file
// (Linux), which lasts until then.
func reach(a Addr) (sa socket.Sockaddr, release func(), err error) {
	if sa, err = sockaddr(a); err == nil {
		return sa, nothing, nil
	}
	if !a.IsPath() {
		return sa, nil, err
	}
	fd, e := openPath(a.Path())
	switch {
	case e == sys.ENOSYS:
		return sa, nil, err
	case e != 0:
		return sa, nil, sysError("sendto", e)
	}
	if sa, err = socket.Unix(sys.ProcPath(fd)); err != nil {
		sys.Close(fd)
		return sa, nil, err
	}
	return sa, func() { sys.Close(fd) }, nil
}

// nothing is what releases an address that holds nothing.
func nothing() {}

// aim makes name the destination of o; release is called after the send. The
// destinations met before are d's.
func (o *outgoing) aim(d *dests, name string) (release func(), err error) {
	if len(name) <= MaxPathLen {
		to, err := d.of(name)
		if err != nil {
			return nil, err
		}
		o.to = &to.sa
		return nothing, nil
	}
	a, err := parseName(name)
	if err != nil {
		return nil, err
	}
	sa, release, err := reach(a)
	o.to, o.long = &sa, a
	return release, err
}

// aimFailed is the error of a send to an address that can not be reached.
func (c *conn) aimFailed(err error, to *net.UnixAddr) error {
	return opError("write", c.network(), c.LocalAddr(), to, c.closedOr(err))
}

// dest is the destination for an error.
func (o *outgoing) dest() Addr {
	if !o.long.IsUnnamed() {
		return o.long
	}
	return addrOfRaw(o.to)
}
