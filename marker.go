package uds

import (
	"os"
	"sync/atomic"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// marker is the control message that tells an empty message from the end of a
// connection. recvmsg(2) returns 0 for both, but with SO_TIMESTAMPNS_NEW set
// every message carries a timestamp, even an empty one, and the end carries
// none. Without a control buffer the timestamp shows as MSG_CTRUNC.
//
// The option is set by the first call that needs it: any receive of the message
// face, and a Read that may have come to the end. Where credentials were asked
// for and nobody else can turn them off, they serve as well: every message
// carries them, and the kernel has one control message less to write.
type marker struct{ state atomic.Uint32 }

const (
	markerOff   = iota // not set
	markerAsked        // not set, but credentials were asked for
	markerNever        // this system has none, or the socket needs none

	// From here on messages carry it.

	markerOn   // set for this package
	markerKept // set because timestamps were asked for
	markerCred // not set, because messages carry credentials
)

// set turns the marker on and reports whether messages carry it.
func (m *marker) set(s *socket.Socket) bool {
	state := m.state.Load()
	return state >= markerOn || m.setSlow(s, state)
}

// setSlow is set from a state in which messages do not carry the marker. It
// makes no error only to drop it: that would take more stack than the call that
// waits later.
func (m *marker) setSlow(s *socket.Socket, from uint32) bool {
	if from == markerNever {
		return false
	}
	to := uint32(markerNever)
	if rc, err := s.SyscallConn(); err == nil {
		_ = rc.Control(func(fd uintptr) {
			if from == markerAsked && passesCred(int(fd)) {
				to = markerCred
			} else if sys.SetsockoptInt(int(fd), sys.SolSocket, sys.SoTimestamp, 1) == 0 {
				to = markerOn
			}
			m.state.CompareAndSwap(from, to) // a Detach waits for this and sees it
		})
	}
	return to != markerNever
}

// passesCred reports whether messages carry credentials: a Control function may
// have turned off those that were asked for.
func passesCred(fd int) bool {
	v, e := sys.GetsockoptInt(fd, sys.SolSocket, sys.SoPasscred)
	return e == 0 && v != 0
}

// never notes that no marker is needed.
func (m *marker) never() { m.state.Store(markerNever) }

// ask notes that credentials were asked for.
func (m *marker) ask() { m.state.CompareAndSwap(markerOff, markerAsked) }

// share notes that somebody else may turn the credentials off.
func (m *marker) share() {
	m.state.CompareAndSwap(markerAsked, markerOff)
	m.state.CompareAndSwap(markerCred, markerOff)
}

// lost reports whether somebody else who has the socket, such as a Clone that
// was detached, turned the marker off. If so, lost turns it on again.
func (m *marker) lost(s *socket.Socket) bool {
	opt := sys.SoTimestamp
	if m.state.Load() == markerCred {
		opt = sys.SoPasscred
	}
	on, err := s.Int(sys.SolSocket, opt)
	if err != nil || on != 0 {
		return false
	}
	m.state.CompareAndSwap(markerCred, markerOn)
	_ = s.SetInt(sys.SolSocket, sys.SoTimestamp, 1)
	return true
}

// keep notes that the option is the caller's.
func (m *marker) keep() { m.state.Store(markerKept) }

// clear turns the marker off, on a duplicate of the descriptor, unless timestamps
// were asked for.
func (m *marker) clear(f *os.File) {
	if m.state.CompareAndSwap(markerOn, markerOff) {
		stamp(f, 0)
	}
}

// stamp turns timestamps on or off.
func stamp(f *os.File, on int) {
	if rc, err := f.SyscallConn(); err == nil {
		_ = rc.Control(func(fd uintptr) { sys.SetsockoptInt(int(fd), sys.SolSocket, sys.SoTimestamp, on) })
	}
}

// hidden reports whether messages carry a timestamp that is not for the caller.
func (m *marker) hidden() bool { return m.state.Load() == markerOn }

// shown reports whether timestamps are for the caller.
func (m *marker) shown() bool { return m.state.Load() == markerKept }
