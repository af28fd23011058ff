package uds_test

import (
	"errors"
	"io"
	"math/bits"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/polled"
	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// idleRatio bounds what an idle connection, whose receive is parked, takes of heap
// and stack in terms of net's. The stack is the same, 2 KiB, as long as the caller's
// own frames leave net's calls enough of it. With the next larger stack the ratio is
// above 1.8.
const idleRatio = 1.2

// What an idle connection's heap may have more than net's, in bytes: half the names of
// a dialled one where the other half are accepted, and what the ends of a pair share.
// Net has more pointers and less locks and counters, and so the more with 32 bits.
const (
	moreDialled = 24 + bits32
	morePair    = 96 + bits32
	bits32      = 40 * (64 - bits.UintSize) / 32
)

func TestMemoryOfAnIdleConnection(t *testing.T) {
	testutil.RequireOptimised(t)
	const pairs = 1000
	needFiles(t, 2*pairs+200)
	untracked(t)
	recvConn := func(c net.Conn, p []byte) (int, error) { return c.(*uds.SeqConn).Recv(p) }
	for _, c := range []struct {
		name      string
		ours, net func(t testing.TB) connPair
		receive   [2]receiveFunc // ours, net's
		more      int64
	}{
		{"Read", pairConns, netPairConns, [2]receiveFunc{readConn, readConn}, morePair},
		{"Recv", pairConns, netPairConns, [2]receiveFunc{recvConn, readConn}, morePair},
		{"Read of a dialled one", dialledConns, netDialledConns, [2]receiveFunc{readConn, readConn}, moreDialled},
		{"Recv of a dialled one", dialledConns, netDialledConns, [2]receiveFunc{recvConn, readConn}, moreDialled},
		{"Read below large frames", dialledConns, netDialledConns, [2]receiveFunc{below(readConn), below(readConn)}, moreDialled},
		{"Recv below large frames", dialledConns, netDialledConns, [2]receiveFunc{below(recvConn), below(readConn)}, moreDialled},
		{"Read of a pair's end below large frames", pairConns, netPairConns, [2]receiveFunc{below(readConn), below(readConn)}, morePair},
		{"Recv of a pair's end below large frames", pairConns, netPairConns, [2]receiveFunc{below(recvConn), below(readConn)}, morePair},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours := func() memory { return idleMemory(t, pairs, c.ours(t), c.receive[0]) }
			nets := func() memory { return idleMemory(t, pairs, c.net(t), c.receive[1]) }
			ours() // what the first connections of a process cost is not an idle one's
			nets()
			var gots, wants []memory
			for range 5 {
				gots, wants = append(gots, ours()), append(wants, nets())
			}
			got, want := medianMemory(gots), medianMemory(wants)
			t.Logf("bytes of an idle connection: %+v, net's %+v", got, want)
			if got.heap > want.heap+c.more {
				t.Errorf("got %d bytes of heap of an idle connection, want net's %d and %d at most", got.heap, want.heap, c.more)
			}
			if float64(got.sum()) > float64(want.sum())*idleRatio {
				t.Errorf("got %d bytes of an idle connection, want %.1f times net's %d at most", got.sum(), idleRatio, want.sum())
			}
		})
	}
}

// below is receive, called below a frame of some size: docs/performance.md says how
// large those of a caller may be.
func below(receive receiveFunc) receiveFunc {
	return func(c net.Conn, p []byte) (int, error) {
		var frame [224]byte
		n, err := receive(c, p)
		return n + int(frame[n%len(frame)]), err
	}
}

// untracked turns the leak gate's note of where a descriptor was made off, which
// takes 300 bytes each.
func untracked(t testing.TB) {
	hook := sys.OnOpen
	sys.OnOpen = nil
	t.Cleanup(func() { sys.OnOpen = hook })
}

// connPair makes a connection and its peer.
type connPair func() (c, peer net.Conn, err error)

func ourConns() (net.Conn, net.Conn, error) {
	c, peer, err := uds.SeqPair()
	return c, peer, err
}

func pairConns(testing.TB) connPair    { return ourConns }
func netPairConns(testing.TB) connPair { return netConns }

func dialledConns(t testing.TB) connPair    { return byListener(t, uds.Listen, uds.Dial) }
func netDialledConns(t testing.TB) connPair { return byListener(t, net.Listen, net.Dial) }

// byListener makes connections by way of a listener.
func byListener(t testing.TB, listen func(network, address string) (net.Listener, error), dial func(network, address string) (net.Conn, error)) connPair {
	t.Helper()
	path := testutil.SocketPath(t)
	l, err := listen("unixpacket", path)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return func() (net.Conn, net.Conn, error) {
		c, err := dial("unixpacket", path)
		if err != nil {
			return nil, nil, err
		}
		peer, err := l.Accept()
		return c, peer, err
	}
}

func netConns() (net.Conn, net.Conn, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	c, err := netConn(fds[0])
	peer, perr := netConn(fds[1])
	return c, peer, errors.Join(err, perr)
}

// netConn makes a connection of a descriptor, which it takes.
func netConn(fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "pair")
	defer f.Close()
	return net.FileConn(f)
}

// memory is the live heap and the stacks, in bytes.
type memory struct{ heap, stacks int64 }

func (m memory) sum() int64 { return m.heap + m.stacks }

// medianMemory is the median of each part.
func medianMemory(ms []memory) memory {
	var heaps, stacks []int64
	for _, m := range ms {
		heaps, stacks = append(heaps, m.heap), append(stacks, m.stacks)
	}
	slices.Sort(heaps)
	slices.Sort(stacks)
	return memory{heaps[len(ms)/2], stacks[len(ms)/2]}
}

// idleMemory is what a connection costs of which each end is parked in a receive,
// after a message.
func idleMemory(t testing.TB, pairs int, pair connPair, receive receiveFunc) memory {
	t.Helper()
	before := footprint()
	cs := make([]net.Conn, 0, 2*pairs)
	defer func() { closeAll(t, cs) }()
	var wg sync.WaitGroup
	parked := polled.Count()
	for range pairs {
		c, peer, err := pair()
		must(t, err)
		cs = append(cs, c, peer)
		for i, end := range []net.Conn{c, peer} {
			_, err := [...]net.Conn{peer, c}[i].Write([]byte("x"))
			must(t, err)
			wg.Go(func() { receiveUntilEnd(t, end, receive) })
		}
	}
	testutil.Eventually(t, safety, func() bool { return polled.Count() >= parked+2*pairs }, "parked receives")
	now, conns := footprint(), int64(2*pairs)
	closeAll(t, cs)
	cs = nil
	wg.Wait()
	return memory{(now.heap - before.heap) / conns, (now.stacks - before.stacks) / conns}
}

// receiveFunc receives into p.
type receiveFunc func(c net.Conn, p []byte) (int, error)

func readConn(c net.Conn, p []byte) (int, error) { return c.Read(p) }

func receiveUntilEnd(t testing.TB, c net.Conn, receive receiveFunc) {
	p := make([]byte, 64)
	for {
		if _, err := receive(c, p); err != nil {
			if !errors.Is(err, net.ErrClosed) && err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
				t.Error(err)
			}
			return
		}
	}
}

func closeAll(t testing.TB, cs []net.Conn) {
	t.Helper()
	for _, c := range cs {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func footprint() memory {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{int64(m.HeapAlloc), int64(m.StackInuse)}
}

// needFiles skips t if the process may not have n descriptors.
func needFiles(t testing.TB, n uint64) {
	t.Helper()
	var limit unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Cur < n {
		t.Skipf("needs %d descriptors: RLIMIT_NOFILE is %d", n, limit.Cur)
	}
}

// 10,000 idle connections park, and are closed in a few times what net's take.
func TestTenThousandIdleConnectionsSoak(t *testing.T) {
	testutil.Soak(t)
	const conns = 10_000
	needFiles(t, conns+200)
	testutil.AtMost(t, 0, func() time.Duration {
		ours, nets := closeTime(t, conns, ourConns), closeTime(t, conns, netConns)
		t.Logf("%d connections closed in %v, net's in %v", conns, ours, nets)
		return ours - 5*nets
	}, "time to close %d connections, less five times net's", conns)
}

// closeTime is how long it takes to close idle connections, until their receives
// have ended.
func closeTime(t testing.TB, conns int, pair connPair) time.Duration {
	t.Helper()
	cs := make([]net.Conn, 0, conns)
	var wg sync.WaitGroup
	parked := polled.Count()
	for len(cs) < conns {
		c, peer, err := pair()
		must(t, err)
		cs = append(cs, c, peer)
		for _, end := range []net.Conn{c, peer} {
			wg.Go(func() { receiveUntilEnd(t, end, readConn) })
		}
	}
	testutil.Eventually(t, safety, func() bool { return polled.Count() >= parked+conns }, "parked receives")
	start := time.Now()
	closeAll(t, cs)
	wg.Wait()
	return time.Since(start)
}
