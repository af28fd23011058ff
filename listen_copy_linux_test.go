package uds_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// A listener keeps what it was made with: its ListenConfig may be changed for the
// next one.
func TestListenConfigMayBeChangedAfterwards(t *testing.T) {
	asked := 0
	lc := uds.ListenConfig{Options: uds.Options{WriteBuffer: 30_000}}
	lc.Authorize = func(*uds.SeqConn) error { asked++; return nil }
	address := abstractName()
	l, err := lc.ListenSeq(t.Context(), address)
	must(t, err)
	closeLater(t, l)

	lc.Authorize = nil
	path := testutil.SocketPath(t)
	stream, err := lc.Listen(t.Context(), "unix", path)
	must(t, err)
	closeLater(t, stream)

	lc.Options.WriteBuffer = 50_000
	lc.Authorize = func(*uds.SeqConn) error { return errors.New("the next listener's") }
	client(t, address)
	must(t, l.SetDeadline(time.Now().Add(safety)))
	c, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, c)
	if size, err := c.WriteBuffer(); size != 60_000 || asked != 1 || err != nil {
		t.Errorf("got a write buffer of %d and %d calls of the first Authorize, %v, want 60000 and 1", size, asked, err)
	}

	dialled, err := net.Dial("unix", path)
	must(t, err)
	closeLater(t, dialled)
	s, err := stream.Accept()
	must(t, err)
	closeLater(t, s)
	if size := intOption(t, s.(*net.UnixConn), unix.SO_SNDBUF); size != 60_000 {
		t.Errorf("network unix: got a write buffer of %d, want 60000", size)
	}
}
