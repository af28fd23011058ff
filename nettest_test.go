//go:build linux

package uds_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// makers are all the ways to make a pair of SeqConns.
var makers = []struct {
	name string
	make func(t testing.TB) (a, b *uds.SeqConn)
}{
	{"SeqPair", seqPair},
	{"Path", func(t testing.TB) (a, b *uds.SeqConn) { return dialled(t, testutil.SocketPath(t)) }},
	{"Abstract", func(t testing.TB) (a, b *uds.SeqConn) { return dialled(t, abstractName()) }},
	{"Long path", func(t testing.TB) (a, b *uds.SeqConn) { return dialled(t, longSocketPath(t)) }},
	{"File", adoptedPair},
	{"Clone", clonedPair},
	{"Detach", detachedPair},
}

// adoptedPair is a pair made of the files of another.
func adoptedPair(t testing.TB) (a, b *uds.SeqConn) {
	t.Helper()
	x, y, err := uds.SeqPair()
	must(t, err)
	defer x.Close()
	defer y.Close()
	return adopt(t, x.File), adopt(t, y.File)
}

// detachedPair is a pair made of the detached files of another.
func detachedPair(t testing.TB) (a, b *uds.SeqConn) {
	t.Helper()
	x, y, err := uds.SeqPair()
	must(t, err)
	return adopt(t, x.Detach), adopt(t, y.Detach)
}

// clonedPair is a pair of clones of a pair that is closed.
func clonedPair(t testing.TB) (a, b *uds.SeqConn) {
	t.Helper()
	x, y, err := uds.SeqPair()
	must(t, err)
	defer x.Close()
	defer y.Close()
	a, err = x.Clone()
	must(t, err)
	closeLater(t, a)
	b, err = y.Clone()
	must(t, err)
	closeLater(t, b)
	return a, b
}

func TestNetConn(t *testing.T) {
	for _, m := range makers {
		t.Run(m.name, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				a, b := m.make(t)
				return a, b, func() { a.Close(); b.Close() }, nil
			})
		})
	}
}
