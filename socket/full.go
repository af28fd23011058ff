package socket

// fullPeers are the destinations that an unconnected datagram socket waits
// for.
type fullPeers struct{}

// kick makes the calls that wait for a full destination look again at what
// could have ended them.
func (f *fullPeers) kick() {}
