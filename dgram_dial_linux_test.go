package uds_test

import (
	"errors"
	"io/fs"
	"net"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestDgramDialedCanBeAnswered(t *testing.T) {
	server := listenDgram(t)
	for name, d := range map[string]uds.Dialer{
		"autobound":           {},
		"path":                {LocalAddr: uds.MustParseAddr(testutil.SocketPath(t))},
		"abstract":            {LocalAddr: uds.MustParseAddr(abstractName())},
		"PassCredentials":     {LocalAddr: uds.MustParseAddr(testutil.SocketPath(t)), Options: uds.Options{PassCredentials: true}},
		"PassCredentials too": {Options: uds.Options{PassCredentials: true}},
	} {
		client, err := d.DialDgram(t.Context(), addrOf(t, server).String())
		client = ownDgram(t, client, err)
		must(t, client.Send([]byte("hello")))
		p := make([]byte, 10)
		n, from, err := server.ReadFrom(p)
		must(t, err)
		if from.String() != client.LocalAddr().String() || from.String() == "" {
			t.Errorf("%s: got a datagram from %q, want %q", name, from, client.LocalAddr())
		}
		if !d.LocalAddr.IsUnnamed() && from.String() != d.LocalAddr.String() {
			t.Errorf("%s: got a datagram from %q, want %q", name, from, d.LocalAddr)
		}
		if _, err := server.WriteTo(p[:n], from); err != nil {
			t.Fatal(err)
		}
		if got := recvString(t, client); got != "hello" {
			t.Errorf("%s: got %q, want hello", name, got)
		}
		stranger := newDgram(t)
		_, err = stranger.WriteTo([]byte("x"), client.LocalAddr())
		wantError(t, name+": from a stranger", err, syscall.EPERM)
		if v := d.Options.PassCredentials; v != gotCredentials(t, server, client) {
			t.Errorf("%s: got credentials %v, want %v", name, !v, v)
		}
	}
}

// gotCredentials reports whether a datagram to a connection carries them.
func gotCredentials(t testing.TB, from, to *uds.DgramConn) bool {
	t.Helper()
	sendString(t, from, "x", addrOf(t, to))
	m := uds.Message{Buffers: [][]byte{make([]byte, 10)}, OOB: new(uds.OOB)}
	must(t, to.RecvMsg(&m, 0))
	return m.OOB.Cred != nil
}

// A dial that fails, to connect or to bind, leaves no descriptor.
func TestDgramDialThatFailsClosesItsSocket(t *testing.T) {
	to := listenDgram(t).LocalAddr().String()
	missing := testutil.SocketPath(t)
	taken := uds.MustParseAddr(to)
	before := testutil.FDCount(t)
	for _, c := range []struct {
		d    uds.Dialer
		to   string
		want error
	}{
		{uds.Dialer{}, missing, fs.ErrNotExist},
		{uds.Dialer{LocalAddr: taken}, to, syscall.EADDRINUSE},
	} {
		conn, err := c.d.DialDgram(t.Context(), c.to)
		if conn != nil || !errors.Is(err, c.want) {
			t.Errorf("to %s: got %v, %v, want %v", c.to, conn, err, c.want)
		}
	}
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d as before", got, before)
	}
}

// A dial connects before it binds: with a name and no peer yet it would take a
// stranger's datagram for the peer's. Where both must fail, the connect does.
func TestDgramDialConnectsBeforeItBinds(t *testing.T) {
	used := addrOf(t, listenDgram(t))
	for _, o := range []uds.Options{{}, {PassCredentials: true}} {
		d := uds.Dialer{LocalAddr: used, Options: o}
		_, err := d.DialDgram(t.Context(), abstractName())
		wantError(t, "DialDgram to nobody, from a name that is used", err, syscall.ECONNREFUSED)
		_, err = d.DialDgram(t.Context(), addrOf(t, listenDgram(t)).String())
		wantError(t, "DialDgram from a name that is used", err, syscall.EADDRINUSE)
	}
}

func TestDgramListenPacketAndDialNetworks(t *testing.T) {
	path := testutil.SocketPath(t)
	pc, err := uds.ListenPacket("unixgram", path)
	must(t, err)
	closeLater(t, pc)
	c, err := uds.Dial("unixgram", path)
	must(t, err)
	closeLater(t, c)
	if _, ok := pc.(*uds.DgramConn); !ok {
		t.Errorf("ListenPacket: got %T, want a *uds.DgramConn", pc)
	}
	if _, ok := c.(*uds.DgramConn); !ok {
		t.Errorf("Dial: got %T, want a *uds.DgramConn", c)
	}
	var unknown net.UnknownNetworkError
	if pc, err := uds.ListenPacket("udp", path); !errors.As(err, &unknown) || pc != nil {
		t.Errorf("ListenPacket of udp: got %v, %v, want nil and an UnknownNetworkError", pc, err)
	}
}
