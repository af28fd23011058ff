package uds

import (
	"encoding/binary"
	"errors"
	"os"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Peer is who is at the other end of a connection: the process that called
// connect(2), or, seen from a client, the one that called listen(2), as it was
// then. It may since have ended, passed the connection on or changed its user.
type Peer struct {
	Cred     Cred
	Groups   []int  // supplementary groups; nil where the kernel does not tell (before Linux 4.13)
	Security string // security label; "" where the system uses none
	Addr     Addr   // what RemoteAddr returns; unnamed for most clients
}

// peerOption reads a socket option about the peer, and returns its size also
// with an ERANGE.
type peerOption func(opt int, p []byte) (int, error)

// readOption is the peerOption of c.
func (c *conn) readOption(opt int, p []byte) (int, error) {
	return c.s.Option(sys.SolSocket, opt, p)
}

// PeerCred returns the credentials of the process at the other end, taken when
// it connected; on a client, of the process that called listen(2), taken then.
// A socket without such a process, as a datagram socket that is not one of a
// pair, gives ENOTCONN. Only Linux has it.
func (c *conn) PeerCred() (Cred, error) {
	if err := c.check("peercred"); err != nil {
		return Cred{}, err
	}
	cred, err := peerOption(c.readOption).cred()
	return cred, c.fail("peercred", err)
}

// PeerGroups returns the supplementary groups of the process that PeerCred
// tells of. Only Linux has it.
func (c *conn) PeerGroups() ([]int, error) {
	if err := c.check("peergroups"); err != nil {
		return nil, err
	}
	groups, err := peerOption(c.readOption).groups()
	return groups, c.fail("peergroups", err)
}

// PeerPidFD returns a descriptor of the process that PeerCred tells of, which is
// the caller's and close-on-exec. Unlike a PID it can not come to mean another
// process. If the process is gone, older kernels have ESRCH or EINVAL. Linux 6.5
// has it; elsewhere the error is errors.ErrUnsupported.
//
// It becomes readable for poll(2) when the process ends. The file itself takes no
// deadline and blocks; the example waits for the end on the runtime's poller.
func (c *conn) PeerPidFD() (*os.File, error) {
	if err := c.check("peerpidfd"); err != nil {
		return nil, err
	}
	f, err := peerOption(c.readOption).pidFD()
	return f, c.fail("peerpidfd", err)
}

// PeerSecurity returns the security label of the process that PeerCred tells of.
// Where the system uses no labels the error is errors.ErrUnsupported.
func (c *conn) PeerSecurity() (string, error) {
	if err := c.check("peersecurity"); err != nil {
		return "", err
	}
	label, err := peerOption(c.readOption).security()
	return label, c.fail("peersecurity", err)
}

// Peer returns all that PeerCred, PeerGroups and PeerSecurity tell. What the
// system lacks is zero; without credentials there is an error.
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

// nobody is the user number of a socket without a peer process: cred_to_ucred in
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
	b, err := get.grow(sys.SoPeergroups, 4*32)
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

// noPeer is err, or the error of cred for a socket without a peer process, of
// which the kernel says ENODATA elsewhere.
func (get peerOption) noPeer(err error) error {
	_, e := get.cred()
	if isErrno(e, sys.ENOTCONN) && !errors.Is(err, errors.ErrUnsupported) {
		return e
	}
	return err
}

// grow reads an option of any size, of which guess bytes may be enough.
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
