package socket

import (
	"sync"
	"sync/atomic"
)

// direction is one half of a socket: what its callers share.
//
// Every idle connection pays for its memory: what only a waiting call or a message
// call needs is made when first needed.
type direction struct {
	// What every call that waits looks at, in one line of the processor's cache.
	turn    sync.Mutex    // held by the call whose turn it is
	state   atomic.Uint32 // flags, and above them the number of cancellations
	parking atomic.Int32  // flags, and above them the number of callers in line, to be told when a turn ends

	sends bool // constant: the sending direction

	// These belong to the caller whose turn it is.
	with  company // of the last call that waited
	cold  bool    // the last calls had to wait: the next leaves its first try to the poller
	eager bool    // the last receive met its message by spinning: the next begins to spin at once
	skip  int16   // chances to spin still to skip
	back  int8    // the result of left, as its length in bits
	hits  int8    // spins that met their message and have not paid for a miss, hitsMost at most
	lucky int8    // calls in a row that did not have to wait
	calls uint8   // calls that bypass the scheduler unless in a crowd; every 16th looks for one
	crowd uint8   // looks until the crowd is over; 0: none
	saw   uint8   // stands for the socket that waited last at the last look; 0: no look yet
}

// Bits of direction.state.
const (
	stClosed = 1 << iota // Close has begun
	stTimed              // a deadline or a timeout is set
	stShut               // receiving was shut down here
	stDetach             // a Detach waits for a turn to decide in
	stBehind             // calls that a Cancel is to end wait for the turn
	stCancel = 1 << 8    // the unit in which cancellations are counted
)

// cancelled reports whether Cancel was called between two states.
func cancelled(before, after uint32) bool { return (before^after)&^(stCancel-1) != 0 }
