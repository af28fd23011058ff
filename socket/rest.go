package socket

import (
	"sync"
	"sync/atomic"
)

// Rest holds the bytes of a message that a RecvWhole had no room for, and remembers
// the sizes of earlier messages. The zero value is empty and ready for use; a nil
// pointer is empty too. Len may be called at any time; the other methods belong to
// whoever has the receiving turn.
type Rest struct {
	buf    *[]byte      // pooled memory
	size   atomic.Int32 // bytes that are left, from off on
	off    int32
	last   int32 // size of the last message
	lately int32 // size of a large one before it, less a quarter for each message since
}

// Len returns the number of bytes left.
func (r *Rest) Len() int {
	if r == nil {
		return 0
	}
	return int(r.size.Load())
}

// Bytes returns what is left. It belongs to r and is valid until the next call.
func (r *Rest) Bytes() []byte {
	if r == nil || r.buf == nil {
		return nil
	}
	return (*r.buf)[r.off:][:r.size.Load()]
}

// Read moves bytes to p and returns how many.
func (r *Rest) Read(p []byte) int {
	left := r.Bytes()
	n := copy(p, left)
	if n == len(left) {
		r.Drop()
		return n
	}
	r.hold(int(r.off)+n, len(left)-n)
	return n
}

// Drop forgets what is left and returns its memory.
func (r *Rest) Drop() {
	if r == nil {
		return
	}
	r.hold(0, 0)
	if r.buf != nil {
		putRest(r.buf)
		r.buf = nil
	}
}

// met notes the size of a message.
func (r *Rest) met(n int) {
	if r == nil {
		return
	}
	r.last = int32(n)
	if r.lately -= r.lately / 4; n <= largestRest {
		r.lately = max(r.lately, r.last)
	}
}

// expected returns the size in bytes that the next message is assumed to have: that
// of the last message, or of a recent larger one, for large messages often come
// between small ones, as HTTP bodies do between headers and terminators. A size
// above that of pooled memory counts for the last message only.
func (r *Rest) expected() int {
	if r == nil {
		return 0
	}
	return int(max(r.last, r.lately))
}

// hold makes n bytes of the memory, from off on, the bytes that are left.
func (r *Rest) hold(off, n int) {
	r.off = int32(off)
	r.size.Store(int32(n))
}

// reserve returns n bytes or more of pooled memory for hold.
func (r *Rest) reserve(n int) []byte {
	r.Drop()
	r.buf = getRest(n)
	return *r.buf
}

// keep makes a copy of b the bytes that are left.
func (r *Rest) keep(b []byte) { r.hold(0, copy(r.reserve(len(b)), b)) }

// join makes a copy of a and b the bytes that are left; a may lie in r's own
// memory.
func (r *Rest) join(a, b []byte) {
	buf := getRest(len(a) + len(b))
	n := copy(*buf, a)
	n += copy((*buf)[n:], b)
	r.Drop()
	r.buf = buf
	r.hold(0, n)
}

// restSizes are the sizes of pooled memory: for a small tail, for that of one of
// the byte face's pieces of 85,600 bytes, and for that of the largest message that
// a sender with the default SO_SNDBUF can make. A larger tail has memory of its
// own.
var restSizes = [...]int{16 << 10, 88 << 10, largestRest}

const largestRest = 216 << 10

var restPools [len(restSizes)]sync.Pool

// getRest returns n bytes or more.
func getRest(n int) *[]byte {
	for i, size := range restSizes {
		if n <= size {
			if b, ok := restPools[i].Get().(*[]byte); ok {
				return b
			}
			b := make([]byte, size)
			return &b
		}
	}
	b := make([]byte, n)
	return &b
}

func putRest(b *[]byte) {
	for i, size := range restSizes {
		if len(*b) == size {
			restPools[i].Put(b)
		}
	}
}
