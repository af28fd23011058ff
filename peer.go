package uds

import (
	"encoding/binary"
	"errors"
	"os"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Peer describes the process at the other end of a connection: the one that
// called connect(2) or, seen from a client, the one that called listen(2), as it
// was then. It may since have ended, passed the connection on or changed its
// user.
type Peer struct {
	Cred     Cred
	Groups   []int  // supplementary groups; nil where the kernel does not tell (before Linux 4.13)
	Security string // security label; "" where the system uses none
	Addr     Addr   // what RemoteAddr returns; unnamed for most clients
}

// peerOption reads a socket option about the peer, and returns its size even
// with ERANGE.
type peerOption func(opt int, p []byte) (int, error)

// readOption is the peerOption of c.
func (c *conn) readOption(opt int, p []byte) (int, error) {
	return c.s.Option(sys.SolSocket, opt, p)
}

// PeerCred returns the credentials of the process at the other end.
func (c *conn) PeerCred() (Cred, error) {
	if err := c.check("peercred"); err != nil {
		return Cred{}, err
	}
	cred, err := peerOption(c.readOption).cred()
	return cred, c.fail("peercred", err)
}

// PeerGroups returns the supplementary groups of that process.
func (c *conn) PeerGroups() ([]int, error) {
	if err := c.check("peergroups"); err != nil {
		return nil, err
	}
	groups, err := peerOption(c.readOption).groups()
	return groups, c.fail("peergroups", err)
}

// PeerPidFD returns a descriptor of that process, which is the caller's.
func (c *conn) PeerPidFD() (*os.File, error) {
	if err := c.check("peerpidfd"); err != nil {
		return nil, err
	}
	f, err := peerOption(c.readOption).pidFD()
	return f, c.fail("peerpidfd", err)
}

// PeerSecurity returns the security label of that process.
func (c *conn) PeerSecurity() (string, error) {
	if err := c.check("peersecurity"); err != nil {
		return "", err
	}
	label, err := peerOption(c.readOption).security()
	return label, c.fail("peersecurity", err)
}

// Peer returns all that PeerCred, PeerGroups and PeerSecurity return, and the
// address.
func (c *conn) Peer() (Peer, error) {
	if err := c.check("peer"); err != nil {
		return Peer{}, err
	}
	p, err := peerOption(c.readOption).peer()
	if err != nil {
		return Peer{}, c.fail("peer", err)
	}
	p.Addr = c.addrs().remote
	return p, nil
}

// peer reads everything but the address.
func (get peerOption) peer() (p Peer, err error) {
	if p.Cred, err = get.cred(); err != nil {
		return Peer{}, err
	}
	if p.Groups, err = get.groups(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return Peer{}, err
	}
	if p.Security, err = get.security(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return Peer{}, err
	}
	return p, nil
}

// nobody is the UID of a socket without a peer process: cred_to_ucred in
// net/core/sock.c.
const nobody = 1<<32 - 1

func (get peerOption) cred() (Cred, error) {
	var b [12]byte // struct ucred
	if _, err := get.read(sys.SoPeercred, b[:]); err != nil {
		return Cred{}, err
	}
	pid, uid, gid := binary.NativeEndian.Uint32(b[0:]), binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[8:])
	if pid == 0 && uid == nobody {
		return Cred{}, sysError("getsockopt of a socket without a peer process", sys.ENOTCONN)
	}
	return Cred{int(int32(pid)), int(uid), int(gid)}, nil
}

func (get peerOption) groups() ([]int, error) {
	b, err := get.grow(sys.SoPeergroups, 4*32) // 32 groups
	if err != nil {
		return nil, get.noPeer(err)
	}
	groups := make([]int, len(b)/4)
	for i := range groups {
		groups[i] = int(binary.NativeEndian.Uint32(b[4*i:]))
	}
	return groups, nil
}

func (get peerOption) security() (string, error) {
	b, err := get.grow(sys.SoPeersec, 256)
	return string(cString(b)), err
}

func (get peerOption) pidFD() (*os.File, error) {
	var b [4]byte
	if _, err := get.read(sys.SoPeerpidfd, b[:]); err != nil {
		return nil, get.noPeer(err)
	}
	return newFile(int(int32(binary.NativeEndian.Uint32(b[:]))), "pidfd"), nil
}

// noPeer returns err, or the error of cred for a socket without a peer process:
// for other options than SO_PEERCRED the kernel then says ENODATA.
func (get peerOption) noPeer(err error) error {
	_, e := get.cred()
	if isErrno(e, sys.ENOTCONN) && !errors.Is(err, errors.ErrUnsupported) {
		return e
	}
	return err
}

// grow reads an option of any size, for which guess bytes may be enough.
func (get peerOption) grow(opt, guess int) ([]byte, error) {
	for size := guess; ; {
		b := make([]byte, size)
		n, err := get.read(opt, b)
		if err == nil {
			return b[:min(n, size)], nil
		}
		if !isErrno(err, sys.ERANGE) || n <= size {
			return nil, err
		}
		size = n
	}
}

func (get peerOption) read(opt int, p []byte) (int, error) {
	n, err := get(opt, p)
	if isErrno(err, sys.ENOPROTOOPT) {
		err = socket.Unsupported("getsockopt")
	}
	return n, err
}
