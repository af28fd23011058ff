//go:build !linux

package sys

// Msg is what one recvmsg or sendmsg moves. It may be kept and used again; Set
// points it to the caller's memory and Reset drops that.
type Msg struct {
	bufs       [][]byte
	control    []byte
	controlLen int
	flags      int
	to, from   Sockaddr
}

// Set points m to what one call moves: the payload in first, bufs and extra,
// and the control buffer.
func (m *Msg) Set(first []byte, bufs [][]byte, extra, control []byte) {
	m.bufs = append(append(m.bufs[:0], first), bufs...)
	if len(extra) > 0 {
		m.bufs = append(m.bufs, extra)
	}
	m.control, m.controlLen, m.flags = control, len(control), 0
	m.to, m.from = Sockaddr{}, Sockaddr{}
}

// Set1 is Set for a single buffer and perhaps an extra one.
func (m *Msg) Set1(p, extra, control []byte) { m.Set(p, nil, extra, control) }

// SetControl points m to another control buffer.
func (m *Msg) SetControl(control []byte) { m.control, m.controlLen = control, len(control) }

// SetTo addresses m; the zero address leaves it to the connection.
func (m *Msg) SetTo(to *Sockaddr) { m.to = *to }

// WantFrom makes a receive note the sender's address.
func (m *Msg) WantFrom() {}

// From sets sa to the sender's address that a receive noted.
func (m *Msg) From(sa *Sockaddr) { *sa = m.from }

// ControlLen is the number of control bytes that a receive wrote.
func (m *Msg) ControlLen() int { return m.controlLen }

// Flags are the MSG_ flags that a receive returned.
func (m *Msg) Flags() int { return m.flags }

// Empty makes m what a receive of nothing leaves.
func (m *Msg) Empty() { m.controlLen, m.flags, m.from = 0, 0, Sockaddr{} }

// Reset drops the caller's memory.
func (m *Msg) Reset() {
	clear(m.bufs)
	m.control = nil
}

// Rearm makes m as Set left it, for another try.
func (m *Msg) Rearm() { m.flags, m.controlLen = 0, len(m.control) }
