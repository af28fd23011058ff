package quic

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// silent is a socket that can stop receiving.
type silent struct {
	net.PacketConn
	now   atomic.Bool
	ended chan struct{} // closed when it may receive again
}

func (s *silent) ReadFrom(p []byte) (int, net.Addr, error) {
	if s.now.Load() {
		<-s.ended
	}
	return s.PacketConn.ReadFrom(p)
}

// TestSilentPeer sends to a peer that has stopped receiving: that connection is
// over before either side's idle timeout of 30 s, and Close waits for nobody.
func TestSilentPeer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, client := tlsConfigs(t)
	address := testutil.SocketPath(t)
	st, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := st.Listen(server, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := uds.ListenDgram("")
	if err != nil {
		t.Fatal(err)
	}
	peer := &silent{PacketConn: c, ended: make(chan struct{})}
	ct := &quic.Transport{Conn: peer}
	defer closeTransport(t, ct)
	defer close(peer.ended)
	to := uds.MustParseAddr(address).UnixAddr("unixgram")
	if _, err := ct.Dial(ctx, to, client, &quic.Config{InitialStreamReceiveWindow: size, InitialConnectionReceiveWindow: size}); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := conn.OpenUniStreamSync(ctx)
	if err != nil {
		t.Fatal(err)
	}

	peer.now.Store(true)
	go s.Write(make([]byte, size)) // until the connection is over
	select {
	case <-conn.Context().Done():
	case <-time.After(20 * time.Second):
		t.Error("the connection goes on")
	}
	closed := make(chan error, 1)
	go func() { closed <- Close(st) }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Close waits for the peer")
	}
}
