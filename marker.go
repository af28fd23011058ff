package uds

import (
	"os"
	"sync/atomic"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// marker is the control message that tells an empty message from the end of a
// connection. recvmsg(2) returns 0 for both, but with SO_TIMESTAMPNS_NEW on
// every message carries a timestamp, the empty one too, and the end carries
// none. Without a control buffer the timestamp shows as MSG_CTRUNC.
//
// The option is set by the first call that needs it: any receive of the message
// face, and a Read that may have come to the end.
type marker struct{ state atomic.Uint32 }

const (
	markerOff   = iota // not set
	markerOn           // set for this package
	markerKept         // set because timestamps were asked for
	markerNever        // this system has none, or the socket needs none
)

// set turns the marker on and reports whether messages carry it.
func (m *marker) set(s *socket.Socket) bool {
	switch m.state.Load() {
	case markerOn, markerKept:
		return true
	case markerNever:
		return false
	}
	return m.setSlow(s)
}

// setSlow makes no error to drop: that would take more stack than the call that
// waits later.
func (m *marker) setSlow(s *socket.Socket) bool {
	to := uint32(markerNever)
	if rc, err := s.SyscallConn(); err == nil {
		_ = rc.Control(func(fd uintptr) {
			if sys.SetsockoptInt(int(fd), sys.SolSocket, sys.SoTimestamp, 1) == 0 {
				to = markerOn
			}
			m.state.CompareAndSwap(markerOff, to) // a Detach waits for this and sees it
		})
	}
	return to == markerOn
}

// never notes that no marker is needed.
func (m *marker) never() { m.state.Store(markerNever) }

// lost reports whether somebody else who has the socket, such as a Clone that
// was detached, turned the marker off. It is on again then.
func (m *marker) lost(s *socket.Socket) bool {
	on, err := s.Int(sys.SolSocket, sys.SoTimestamp)
	if err != nil || on != 0 {
		return false
	}
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
