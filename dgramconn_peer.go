package uds

import "os"

// PeerCred returns the credentials of the process at the other end, as they were
// when it connected; on a client, those of the process that called listen(2), as
// they were then. A socket without such a process, such as a datagram socket
// that is not one of a pair, gives ENOTCONN. Only Linux has them; elsewhere the
// error is errors.ErrUnsupported.
func (c *DgramConn) PeerCred() (Cred, error) { return c.base().PeerCred() }

// PeerGroups returns the supplementary groups of the process that PeerCred
// describes. Only Linux has them; elsewhere the error is errors.ErrUnsupported.
func (c *DgramConn) PeerGroups() ([]int, error) { return c.base().PeerGroups() }

// PeerPidFD returns a pidfd of the process that PeerCred describes. It is the
// caller's and close-on-exec. Unlike a PID it cannot come to mean another
// process. If the process is gone, older kernels return ESRCH or EINVAL. It
// needs Linux 6.5; elsewhere the error is errors.ErrUnsupported.
//
// It becomes readable for poll(2) when the process ends. The file itself has no
// deadlines and blocks; the example waits for the end on the runtime's poller.
func (c *DgramConn) PeerPidFD() (*os.File, error) { return c.base().PeerPidFD() }

// PeerSecurity returns the security label of the process that PeerCred
// describes. Where the system uses no labels, the error is
// errors.ErrUnsupported.
func (c *DgramConn) PeerSecurity() (string, error) { return c.base().PeerSecurity() }

// Peer returns all that PeerCred, PeerGroups and PeerSecurity return. What the
// system lacks is zero, but without credentials Peer fails.
func (c *DgramConn) Peer() (Peer, error) { return c.base().Peer() }
