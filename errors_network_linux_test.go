package uds_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"example.com/uds"
)

// A SeqConn and a DgramConn may be bound to one name: an abstract one is taken for each
// type of socket apart. The errors of both name their own network.
func TestErrorsOfOneNameNameTheirNetwork(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	dialled, err := uds.DialSeq(name)
	must(t, err)
	closeLater(t, dialled)
	accepted, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, accepted)
	d, err := uds.ListenDgram(name)
	must(t, err)
	closeLater(t, d)
	for range 2 {
		for network, c := range map[string]net.Conn{"unixpacket": accepted, "unixgram": d} {
			must(t, c.SetReadDeadline(time.Unix(1, 0)))
			_, err := c.Read(make([]byte, 1))
			var op *net.OpError
			if !errors.As(err, &op) || op.Source == nil || op.Source.Network() != network || op.Source.String() != name {
				t.Errorf("%s: got the error %#v, want one from %s %s", network, err, network, name)
			}
		}
	}
}
