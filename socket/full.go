package socket

import (
	"sync"
	"sync/atomic"

	"example.com/uds/internal/sys"
)

// A datagram to an address, unlike one to the connection's peer, has no event to
// wait for while the receiver's queue is full: poll(2) on the sender says that it
// is writable, sendto(2) says EAGAIN, and each refused sendto fires the poller's
// edge again. A helper socket provides the event: connected to the same address, it
// is writable exactly while that queue has room (unix_dgram_poll in
// net/unix/af_unix.c).
//
// The calls of one socket for one destination stand in line, which keeps their
// order; newcomers go to its end. The front calls of all sockets of the process
// stand in a second line, whose front call waits on the helper. The helper is made
// when a call has to wait, and closed when the last one leaves. No call in line
// holds a sending turn, so messages for others can pass.

// fullLines holds the second lines, for the destinations that calls of the process
// wait for. Two destinations may have one name, in different namespaces or working
// directories: a call behind the front one therefore tries from time to time.
var fullLines = newFullTable()

// fullTable has a line for each destination. Connects that wait for room in a
// backlog stand in such lines, too.
type fullTable struct {
	n      atomic.Int32 // len(lines), for those who look without the lock
	mu     sync.Mutex
	byAddr map[sys.Sockaddr]*fullLine
}

func newFullTable() *fullTable { return &fullTable{byAddr: map[sys.Sockaddr]*fullLine{}} }

// fullLine is the line for one destination.
type fullLine struct {
	to     sys.Sockaddr
	calls  []*fullCall
	helper *Socket // connected to the address; nil: none
}

// fullCall is a place in a line.
type fullCall struct {
	table *fullTable
	line  *fullLine
	wake  chan struct{} // tells the call to look again
	outer *fullCall     // its place in the second line
}

// fullTable returns the table of the destinations that the socket's calls wait
// for, made if need be.
func (s *Socket) fullTable() *fullTable {
	few := s.seldom()
	if few.full.Load() == nil {
		few.full.CompareAndSwap(nil, newFullTable())
	}
	return few.full.Load()
}

// fullBusy returns that table if calls wait for any destination, else nil.
func (s *Socket) fullBusy() *fullTable {
	few := s.few()
	if few == nil {
		return nil
	}
	if t := few.full.Load(); t != nil && t.n.Load() != 0 {
		return t
	}
	return nil
}

// fullHas reports whether calls wait for the destination.
func (s *Socket) fullHas(to *sys.Sockaddr) bool {
	t := s.fullBusy()
	return t != nil && t.has(to)
}

// has reports whether calls wait for the destination.
func (t *fullTable) has(to *sys.Sockaddr) bool {
	if t.n.Load() == 0 {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byAddr[*to] != nil
}

// kickFull makes the waiting calls look again at what could have ended them, which
// its caller has changed before.
func (s *Socket) kickFull() {
	t := s.fullBusy()
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, line := range t.byAddr {
		for _, c := range line.calls {
			c.tell()
			if c.outer != nil {
				c.outer.kick()
			}
		}
	}
}

// kick is kickFull for a place in the second line.
func (c *fullCall) kick() {
	c.tell()
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	if h := c.line.helper; h != nil && c.line.calls[0] == c {
		h.w.state.Add(stCancel)
		h.kick(&h.w)
	}
}

// tell wakes the call.
func (c *fullCall) tell() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// join puts a call in line for the destination. In a socket's own line the
// order is that of the sending turns: the caller has the turn.
func (t *fullTable) join(to *sys.Sockaddr) *fullCall {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.byAddr[*to]
	if line == nil {
		line = &fullLine{to: *to}
		t.byAddr[*to] = line
		t.n.Store(int32(len(t.byAddr)))
	}
	c := &fullCall{table: t, line: line, wake: make(chan struct{}, 1)}
	line.calls = append(line.calls, c)
	return c
}

// leave takes the call out of the line; the next one may become the front. The
// last one closes the helper.
func (c *fullCall) leave() {
	if helper := c.remove(); helper != nil {
		_ = helper.Close()
	}
}

// remove is leave, but returns the helper instead of closing it.
func (c *fullCall) remove() *Socket {
	t, line := c.table, c.line
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, other := range line.calls {
		if other == c {
			line.calls = append(line.calls[:i], line.calls[i+1:]...)
			break
		}
	}
	if len(line.calls) > 0 {
		line.calls[0].tell()
		return nil
	}
	delete(t.byAddr, line.to)
	t.n.Store(int32(len(t.byAddr)))
	return line.helper
}

// front reports whether the call is the first in line.
func (c *fullCall) front() bool {
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	return c.line.calls[0] == c
}

// enter notes the call's place in the second line; nil says that it no longer has
// one.
func (c *fullCall) enter(outer *fullCall) {
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	c.outer = outer
}
