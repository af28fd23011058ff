package socket

import (
	"os"
	"sync/atomic"

	"example.com/uds/internal/sys"
)

// pollerDescriptors is how many descriptors the runtime's poller takes on Linux: an
// epoll instance and an eventfd.
const pollerDescriptors = 2

// pollerStarted says that the runtime has its poller.
var pollerStarted atomic.Bool

// startPoller makes the runtime create its poller, unless it has one. The runtime
// does so by itself when a file or a timer first needs it, and ends the process if
// it lacks the descriptors. A socket is registered when a call first parks, when
// there may be no descriptors left: so this is done with the first socket, and
// again where it failed. fd is that of a non-blocking socket.
func startPoller(fd int) sys.Errno {
	if pollerStarted.Load() {
		return 0
	}
	fds := make([]int, 0, 1+pollerDescriptors)
	for len(fds) < cap(fds) {
		nfd, e := sys.Dup(fd)
		if e != 0 {
			closeAll(fds)
			return e
		}
		fds = append(fds, nfd)
	}
	closeAll(fds[1:])
	f := os.NewFile(uintptr(fds[0]), "socket")
	sys.Closing(fds[0])
	_ = f.Close()
	pollerStarted.Store(true)
	return 0
}

func closeAll(fds []int) {
	for _, fd := range fds {
		sys.Close(fd)
	}
}
