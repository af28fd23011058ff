//go:build unix

package uds

import (
	"fmt"
	"testing"
)

// However many senders and destinations there are, a bounded number is kept, and
// each is told all the same.
func TestKeptPeersAreBounded(t *testing.T) {
	var from senders
	var to dests
	for i := range 3 * maxPeers {
		a := MustParseAddr(fmt.Sprintf("/tmp/peer-%d", i))
		sa, err := sockaddr(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := from.of(&sa); got.addr != a || got.net.Name != a.String() {
			t.Fatalf("sender: got %v and %v, want %v", got.addr, got.net, a)
		}
		if got, err := to.of(a.String()); err != nil || got.sa != sa {
			t.Fatalf("destination: got %v, %v, want %v", got, err, sa)
		}
	}
	if len(from.byRaw) != maxPeers || len(to.byName) != maxPeers {
		t.Errorf("got %d senders and %d destinations, want %d of each", len(from.byRaw), len(to.byName), maxPeers)
	}
}
