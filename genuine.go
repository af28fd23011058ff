package uds

import "example.com/uds/socket"

// genuine moves the real messages among ms to the front and returns how many
// there are. The others are the end of the connection, which recvmmsg(2) returns
// as an empty message wherever there is room for one: they lack the marker,
// which shows as a control message or, without room for it, as MSG_CTRUNC. Real
// ones may follow: those that the peer sent, and then closed, while recvmmsg(2)
// looked; see doubt.
func genuine(ms []socket.Msg) (n int) {
	for i := range ms {
		if unmarkedEmpty(&ms[i]) {
			continue
		}
		if n < i {
			moveMsg(&ms[n], &ms[i])
		}
		n++
	}
	return n
}

// unmarkedEmpty reports whether m is empty and lacks the marker.
func unmarkedEmpty(m *socket.Msg) bool {
	return m.N == 0 && m.ControlN == 0 && m.Flags&socket.MsgCtrunc == 0
}

// someUnmarked reports whether one of ms is such a message.
func someUnmarked(ms []socket.Msg) bool {
	for i := range ms {
		if unmarkedEmpty(&ms[i]) {
			return true
		}
	}
	return false
}

// moveMsg moves the message that from received into to. Each keeps its own
// buffers, but those of to are cut to what from had room for.
func moveMsg(to, from *socket.Msg) {
	to.Buffers = copyBuffers(to.Buffers, from.Buffers)
	to.Control, from.Control = from.Control, to.Control
	to.N, to.ControlN, to.Flags, to.Addr = from.N, from.ControlN, from.Flags, from.Addr
}

// copyBuffers copies the bytes of from into to and returns the buffers of to, cut
// to what was copied into each.
func copyBuffers(to, from [][]byte) (copied [][]byte) {
	for _, b := range to {
		n := 0
		for n < len(b) && len(from) > 0 {
			k := copy(b[n:], from[0])
			if n += k; k < len(from[0]) {
				from = append([][]byte{from[0][k:]}, from[1:]...)
			} else {
				from = from[1:]
			}
		}
		copied = append(copied, b[:n])
	}
	return copied
}

// unmarked is genuine for messages that came without the marker: it decides
// about an empty one as doubt does without a marker.
func unmarked(t *socket.Turn, ms []socket.Msg) int {
	if over, err := t.AtEnd(); err == nil && !over {
		return len(ms)
	}
	n := len(ms)
	for n > 0 && unmarkedEmpty(&ms[n-1]) {
		n--
	}
	return n
}
