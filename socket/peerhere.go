package socket

import (
	"os"

	"example.com/uds/internal/sys"
)

// peerHere reports whether the other end is in this process: for a pair, whether
// neither end was handed out, otherwise as far as SO_PEERCRED tells.
func (s *Socket) peerHere() bool {
	if pair := s.pair(); pair != nil {
		return !pair.Load()
	}
	s.learnPeer()
	return !s.is(factPeerElsewhere)
}

// peerKnown reports whether peerHere need not ask the kernel.
func (s *Socket) peerKnown() bool {
	return s.pair() != nil || s.is(factPeerHere|factPeerElsewhere)
}

// learnPeer asks the kernel where the peer is, once.
func (s *Socket) learnPeer() {
	if !s.peerKnown() {
		s.facts.Or(s.whosePeer())
	}
}

// whosePeer asks where the peer is.
func (s *Socket) whosePeer() uint32 {
	if s.family == sys.AFUnix {
		if pid, _, _, e := sys.PeerCred(s.fd()); e == 0 && pid == os.Getpid() {
			return factPeerHere
		}
	}
	return factPeerElsewhere
}

// otherProcess notes that the peer may be in another process.
func (s *Socket) otherProcess() {
	if pair := s.pair(); pair != nil {
		pair.Store(true)
	}
	s.facts.Or(factPeerElsewhere)
}
