package uds

import (
	"errors"
	"sync/atomic"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// expected says which control messages arrive because of a socket's options, so
// that a buffer has room for them and for the descriptors asked for, and for no
// more.
//
// The bits above those of the constants count the calls of forget. The count
// tells look that a forget came while it asked the kernel: it does not store an
// answer that may be out of date.
type expected struct{ bits atomic.Uint32 }

const (
	expectKnown    = 1 << iota // the options were looked at
	expectShared               // somebody else may set options: expect everything
	expectCred                 // SCM_CREDENTIALS
	expectPidFD                // SCM_PIDFD
	expectSecurity             // SCM_SECURITY
	expectOther                // kinds that OOB has no field for
	expectAge                  // one forget
)

const expectAll = expectCred | expectPidFD | expectSecurity | expectOther

// share notes that the descriptor is in other hands too.
func (e *expected) share() { e.bits.Or(expectShared) }

// announce notes what is about to arrive, until the next forget.
func (e *expected) announce(bits uint32) { e.bits.Or(bits) }

// expected returns what o makes arrive.
func (o *Options) expected() (bits uint32) {
	if o.PassCredentials {
		bits |= expectCred
	}
	if o.PassPidFD {
		bits |= expectPidFD
	}
	if o.PassSecurity {
		bits |= expectSecurity
	}
	return bits
}

// forget makes the next get look at the options again.
func (e *expected) forget() {
	for {
		old := e.bits.Load()
		if e.bits.CompareAndSwap(old, old&^(expectAge-1)+expectAge|old&expectShared) {
			return
		}
	}
}

// get returns what to expect.
func (e *expected) get(s *socket.Socket) uint32 {
	bits := e.bits.Load()
	switch {
	case bits&expectShared != 0:
		return expectAll
	case bits&expectKnown != 0:
		return bits
	}
	return e.look(s, bits)
}

// look asks the kernel, and notes the answer if e is still old. An option that
// the kernel does not know is off; one that it refuses to tell may be on.
func (e *expected) look(s *socket.Socket, old uint32) uint32 {
	bits := old | expectKnown
	for _, o := range [...]struct {
		opt int
		bit uint32
	}{
		{sys.SoPasscred, expectCred},
		{sys.SoPasspidfd, expectPidFD},
		{sys.SoPasssec, expectSecurity},
		{sys.SoTimestamping, expectOther},
	} {
		v, err := s.Int(sys.SolSocket, o.opt)
		if err == nil && v != 0 || err != nil && !unknownOption(err) {
			bits |= o.bit
		}
	}
	e.bits.CompareAndSwap(old, bits)
	return bits
}

// unknownOption reports whether err is that of an option which the system lacks.
// EPERM and ENOSYS say that a filter refuses to tell: somebody may have set it.
func unknownOption(err error) bool {
	return isErrno(err, sys.ENOPROTOOPT) || errors.Is(err, errors.ErrUnsupported) && !isErrno(err, sys.ENOSYS)
}

// maxMessageFiles is how many descriptors a message can carry: SCM_MAX_FD in
// include/net/scm.h.
const maxMessageFiles = 253

// Sizes of control messages. A label is at most a page: that is what an LSM's
// attribute below /proc/self/attr is limited to. There is room for a few
// messages of the kinds that OOB has no field for, such as the kernel's
// SCM_TIMESTAMPING, 48 bytes.
var (
	spaceTime     = cmsg.Space(16) // two 64-bit integers
	spaceCred     = cmsg.Space(12) // struct ucred
	spacePidFD    = cmsg.Space(4)  // an int
	spaceSecurity = cmsg.Space(4096)
	spaceOther    = 4 * cmsg.Space(48)
)

// controlRoom returns the size of a buffer for what is expected and so many
// files. It always has room for the marker.
//
// The kernel writes the timestamp, the credentials, the label and the
// descriptors, and behind them only the pidfd. Descriptors that come last get no
// padding, which would be room for another one.
func controlRoom(expect uint32, files int) int {
	n := spaceTime
	if expect&expectOther != 0 {
		n += spaceOther
	}
	if expect&expectCred != 0 {
		n += spaceCred
	}
	if expect&expectSecurity != 0 {
		n += spaceSecurity
	}
	if expect&expectPidFD != 0 {
		n += spacePidFD
	}
	if files = min(files, maxMessageFiles); files == 0 {
		return n
	}
	if expect&expectPidFD != 0 {
		return n + cmsg.Space(4*files)
	}
	return n + cmsg.Len(4*files)
}
