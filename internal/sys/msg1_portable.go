//go:build !linux

package sys

// Vec is one buffer.
type Vec struct{ p []byte }

// NewVec points to p.
func NewVec(p []byte) Vec { return Vec{p} }

// Msg1 is what one call for one buffer moves: a receive from any sender, or a send
// to the connection's peer.
type Msg1 struct {
	p, control []byte
	controlLen int
	flags      int
}

// Msg returns a message of the buffer with control messages, or room for them.
func (v *Vec) Msg(control []byte) Msg1 { return Msg1{p: v.p, control: control} }

// ControlLen is the number of control bytes that a receive wrote.
func (m *Msg1) ControlLen() int { return m.controlLen }

// Flags are the MSG_ flags that a receive returned.
func (m *Msg1) Flags() int { return m.flags }
