package socket

import (
	"sync"
	"sync/atomic"

	"example.com/uds/internal/sys"
)

// A datagram to an address, unlike one to the connection's peer, has no event
// to wait for while the receiver's queue is full: poll(2) on the sender says
// that it is writable, sendto(2) says EAGAIN, and each refused sendto fires the
// poller's edge again. A helper does give one: a socket connected to the same
// address is writable exactly while that queue has room (unix_dgram_poll in
// net/unix/af_unix.c).
//
// A helper is made when a call has to wait and closed when its last call
// leaves. The calls for one destination stand in line, and only the front one
// tries. None of them holds the sending turn, so that messages for others pass.

// fullPeers are the destinations that calls of a socket wait for.
type fullPeers struct{ p atomic.Pointer[fullTable] }

// fullTable is made by the first call that waits.
type fullTable struct {
	n      atomic.Int32 // len(byAddr), for those who look without the lock
	mu     sync.Mutex
	byAddr map[sys.Sockaddr]*fullPeer
}

// fullPeer is one destination.
type fullPeer struct {
	to     sys.Sockaddr
	queue  []*fullWait // in the order of their turns
	helper *Socket     // connected to the address; nil: none yet
}

// fullWait is one call that waits.
type fullWait struct {
	table *fullTable
	peer  *fullPeer
	wake  chan struct{} // tells it to look again
}

// table returns the table, made if need be.
func (f *fullPeers) table() *fullTable {
	if t := f.p.Load(); t != nil {
		return t
	}
	f.p.CompareAndSwap(nil, &fullTable{byAddr: map[sys.Sockaddr]*fullPeer{}})
	return f.p.Load()
}

// busy reports whether calls wait for any destination.
func (f *fullPeers) busy() bool {
	t := f.p.Load()
	return t != nil && t.n.Load() != 0
}

// has reports whether calls wait for the destination.
func (f *fullPeers) has(to *sys.Sockaddr) bool {
	if !f.busy() {
		return false
	}
	t := f.p.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byAddr[*to] != nil
}

// kick makes the calls that wait look again at what could have ended them.
// Whoever calls it has changed that before.
func (f *fullPeers) kick() {
	if !f.busy() {
		return
	}
	t := f.p.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.byAddr {
		p.kick()
	}
}

func (p *fullPeer) kick() {
	for _, w := range p.queue {
		w.tell()
	}
	if h := p.helper; h != nil {
		h.w.state.Add(stCancel)
		h.kick(&h.w)
	}
}

// join puts a call in line for the destination. The caller has the sending
// turn, which makes the order of the line that of the turns.
func (t *fullTable) join(to *sys.Sockaddr) *fullWait {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.byAddr[*to]
	if p == nil {
		p = &fullPeer{to: *to}
		t.byAddr[*to] = p
		t.n.Store(int32(len(t.byAddr)))
	}
	w := &fullWait{table: t, peer: p, wake: make(chan struct{}, 1)}
	p.queue = append(p.queue, w)
	return w
}

// leave takes the call out of the line; the next one may become the front.
func (w *fullWait) leave() {
	if helper := w.remove(); helper != nil {
		_ = helper.Close()
	}
}

// remove is leave but for closing the helper, which it returns if nobody needs
// it any more.
func (w *fullWait) remove() *Socket {
	t, p := w.table, w.peer
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, other := range p.queue {
		if other == w {
			p.queue = append(p.queue[:i], p.queue[i+1:]...)
			break
		}
	}
	if len(p.queue) > 0 {
		p.queue[0].tell()
		return nil
	}
	delete(t.byAddr, p.to)
	t.n.Store(int32(len(t.byAddr)))
	return p.helper
}

// tell wakes the call.
func (w *fullWait) tell() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// front reports whether it is the call's turn to try.
func (w *fullWait) front() bool {
	w.table.mu.Lock()
	defer w.table.mu.Unlock()
	return w.peer.queue[0] == w
}
