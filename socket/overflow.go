package socket

import (
	"runtime"
	"sync"

	"example.com/uds/internal/sys"
)

// overflow is what a RecvWhole needs during its call: memory that any message fits,
// of which only the pages that a message has reached exist. All sockets share the
// pool of it, so that a parked one holds none.
type overflow struct {
	mem  []byte
	msg  sys.Msg
	bufs [1][]byte
}

var overflows = sync.Pool{New: func() any { return newOverflow() }}

func newOverflow() *overflow {
	o := &overflow{mem: sys.Reserve(sys.OverflowSize)}
	runtime.AddCleanup(o, sys.Unreserve, o.mem)
	return o
}

func getOverflow() *overflow { return overflows.Get().(*overflow) }

// trimSize is the message size above which the pages that a message reached are
// given back.
const trimSize = 1 << 20

// put returns o after a message of n bytes.
func (o *overflow) put(n int) {
	if n > trimSize {
		sys.Discard(o.mem)
	}
	overflows.Put(o)
}
