//go:build !linux

package sys

// Batch is the array of messages that one call moves; here a call moves one
// message. It may be kept and used again; Reset drops the caller's memory.
type Batch struct {
	msgs  []Msg
	sizes []int
}

// Start makes b empty, with room for n messages.
func (b *Batch) Start(n, _ int) {
	if cap(b.msgs) < n {
		b.msgs, b.sizes = make([]Msg, 0, n), make([]int, 0, n)
	}
	b.msgs, b.sizes = b.msgs[:0], b.sizes[:0]
}

// Add appends a message. It must be within what Start made room for.
func (b *Batch) Add(first []byte, bufs [][]byte, control []byte) {
	b.msgs, b.sizes = append(b.msgs, Msg{}), append(b.sizes, 0)
	b.msgs[len(b.msgs)-1].Set(first, bufs, nil, control)
}

// SetTo addresses the last message.
func (b *Batch) SetTo(to *Sockaddr) { b.msgs[len(b.msgs)-1].SetTo(to) }

// WantFrom makes a receive note the last message's sender.
func (b *Batch) WantFrom() {}

// Len is the number of messages.
func (b *Batch) Len() int { return len(b.msgs) }

// Result returns what a receive noted of message i.
func (b *Batch) Result(i int) (n, controln, flags int) {
	return b.sizes[i], b.msgs[i].controlLen, b.msgs[i].flags
}

// From sets sa to the sender's address of message i.
func (b *Batch) From(i int, sa *Sockaddr) { *sa = b.msgs[i].from }

// Reset drops the caller's memory.
func (b *Batch) Reset() { clear(b.msgs) }

// RecvBatch receives one message: more messages cannot be told from the end without
// a call that might consume one.
func RecvBatch(fd int, b *Batch, flags int) (int, Errno) {
	if len(b.msgs) == 0 {
		return 0, 0
	}
	n, e := RecvMsg(fd, &b.msgs[0], flags)
	if e != 0 {
		return 0, e
	}
	b.sizes[0] = n
	return 1, 0
}

// SendBatch sends at most n messages from the first on, until one fails.
func SendBatch(fd int, b *Batch, first, n, flags int) (int, Errno) {
	n = min(n, len(b.msgs)-first)
	for i := first; i < first+n; i++ {
		if _, e := SendMsg(fd, &b.msgs[i], flags); e != 0 {
			if i > first {
				return i - first, 0
			}
			return 0, e
		}
	}
	return n, 0
}
