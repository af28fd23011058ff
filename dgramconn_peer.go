package uds

import "os"

// PeerCred returns the credentials of the process at the other end, taken when
// it connected; on a client, of the process that called listen(2), taken then.
// A socket without such a process, as a datagram socket that is not one of a
// pair, gives ENOTCONN. Only Linux has it; elsewhere the error is
// errors.ErrUnsupported.
func (c *DgramConn) PeerCred() (Cred, error) { return c.base().PeerCred() }

// PeerGroups returns the supplementary groups of the process that PeerCred
// tells of. Only Linux has it; elsewhere the error is errors.ErrUnsupported.
func (c *DgramConn) PeerGroups() ([]int, error) { return c.base().PeerGroups() }

// PeerPidFD returns a descriptor of the process that PeerCred tells of, which is
// the caller's and close-on-exec. Unlike a PID it cannot come to mean another
// process. If the process is gone, older kernels have ESRCH or EINVAL. Linux 6.5
// has it; elsewhere the error is errors.ErrUnsupported.
//
// It becomes readable for poll(2) when the process ends. The file itself takes no
// deadline and blocks; the example waits for the end on the runtime's poller.
func (c *DgramConn) PeerPidFD() (*os.File, error) { return c.base().PeerPidFD() }

// PeerSecurity returns the security label of the process that PeerCred tells of.
// Where the system uses no labels the error is errors.ErrUnsupported.
func (c *DgramConn) PeerSecurity() (string, error) { return c.base().PeerSecurity() }

// Peer returns all that PeerCred, PeerGroups and PeerSecurity tell. What the
// system lacks is zero; without credentials there is an error.
func (c *DgramConn) Peer() (Peer, error) { return c.base().Peer() }
