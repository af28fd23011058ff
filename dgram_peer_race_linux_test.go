package uds_test

import (
	"sync"
	"testing"

	"example.com/uds"
)

// RemoteAddr is the kernel's peer, in whatever order calls change that.
func TestDgramRemoteAddrIsThePeer(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), newDgram(t)
	toA := func() { must(t, c.Connect(addrOf(t, a))) }
	toB := func() { must(t, c.Connect(addrOf(t, b))) }
	toNobody := func() { must(t, c.Disconnect()) }
	for range 5_000 {
		for _, calls := range [][]func(){{toA, toB}, {toA, toNobody}} {
			var changes sync.WaitGroup
			for _, f := range calls {
				changes.Go(f)
			}
			changes.Wait()
			want, _ := c.Peername() // ENOTCONN: nobody
			if got, err := uds.AddrOf(c.RemoteAddr()); got != want || err != nil {
				t.Fatalf("RemoteAddr: got %v, %v, want %v", got, err, want)
			}
		}
	}
}
