package uds

import (
	"net"

	"example.com/uds/socket"
)

// Senders and destinations are cached, so that a datagram from or to a known one
// allocates nothing. Each cache has a place for the last one and a map for the
// others, of at most maxPeers entries: about 70 KB.
const maxPeers = 256

// sender is where a datagram came from, in every form. It is immutable.
type sender struct {
	raw  socket.Sockaddr
	addr Addr
	net  *net.UnixAddr
}

// unnamedSender is a sender that is not bound.
var unnamedSender = &sender{net: unnamedDgram}

// senders are those met so far, by the bytes of their address.
type senders struct {
	last  *sender
	byRaw map[string]*sender
}

// of returns the sender with the address.
func (s *senders) of(sa *socket.Sockaddr) *sender {
	if s.last != nil && s.last.raw == *sa {
		return s.last
	}
	if len(sa.Data()) == 0 {
		return unnamedSender
	}
	from := s.byRaw[string(sa.Data())]
	if from == nil {
		from = s.add(sa)
	}
	s.last = from
	return from
}

func (s *senders) add(sa *socket.Sockaddr) *sender {
	a := addrOfRaw(sa)
	from := &sender{raw: *sa, addr: a, net: netAddr(a, networkDgram)}
	if s.byRaw == nil {
		s.byRaw = map[string]*sender{}
	}
	makeRoom(s.byRaw)
	s.byRaw[string(sa.Data())] = from
	return from
}

// dest is a destination. It is immutable.
type dest struct {
	name string
	sa   socket.Sockaddr
}

// dests are those met so far, by their names: the name of an Addr, or its text
// form where that differs. The text form then begins with '@', and the name
// never does.
type dests struct {
	last   *dest
	byName map[string]*dest
}

// of returns the destination with the name.
func (d *dests) of(name string) (*dest, error) {
	if d.last != nil && d.last.name == name {
		return d.last, nil
	}
	to := d.byName[name]
	if to == nil {
		var err error
		if to, err = d.add(name); err != nil {
			return nil, err
		}
	}
	d.last = to
	return to, nil
}

func (d *dests) add(name string) (*dest, error) {
	a, err := parseName(name)
	if err != nil {
		return nil, err
	}
	sa, err := sockaddr(a)
	if err != nil {
		return nil, err
	}
	to := &dest{name, sa}
	if d.byName == nil {
		d.byName = map[string]*dest{}
	}
	makeRoom(d.byName)
	d.byName[name] = to
	return to, nil
}

// makeRoom removes an arbitrary entry from a full map.
func makeRoom[V any](m map[string]V) {
	if len(m) < maxPeers {
		return
	}
	for k := range m {
		delete(m, k)
		return
	}
}
