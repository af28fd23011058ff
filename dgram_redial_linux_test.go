package uds_test

import (
	"errors"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// redialed returns a server at a path, and a connection to it that redials.
func redialed(t testing.TB, d uds.Dialer) (path string, server, client *uds.DgramConn) {
	t.Helper()
	path = testutil.SocketPath(t)
	server, err := uds.ListenDgram(path)
	server = ownDgram(t, server, err)
	client, err = d.DialDgram(t.Context(), path)
	return path, server, ownDgram(t, client, err)
}

// restart is a new server at the path.
func restart(t testing.TB, path string) *uds.DgramConn {
	t.Helper()
	c, err := uds.ListenDgram(path)
	return ownDgram(t, c, err)
}

func TestDgramWithoutRedialStaysDead(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{})
	must(t, server.Close())
	restart(t, path)
	wantError(t, "the first Send", client.Send([]byte("x")), syscall.ECONNREFUSED)
	wantError(t, "the second Send", client.Send([]byte("x")), syscall.ENOTCONN)
}

// redialSends send "abc" to the peer.
var redialSends = map[string]func(c *uds.DgramConn) error{
	"Write":     func(c *uds.DgramConn) error { _, err := c.Write([]byte("abc")); return err },
	"Send":      func(c *uds.DgramConn) error { return c.Send([]byte("abc")) },
	"SendMsg":   func(c *uds.DgramConn) error { return c.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("abc")}}, 0) },
	"SendFiles": func(c *uds.DgramConn) error { return c.SendFiles([]byte("abc")) },
	"SendBatch": func(c *uds.DgramConn) error {
		_, err := c.SendBatch([]uds.Message{{Buffers: [][]byte{[]byte("abc")}}})
		return err
	},
}

func TestDgramRedial(t *testing.T) {
	for name, send := range redialSends {
		for kind, local := range map[string]string{"autobound": "", "path": testutil.SocketPath(t)} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				path, server, client := redialed(t, uds.Dialer{Redial: true, LocalAddr: uds.MustParseAddr(local)})
				before := addrOf(t, client)
				for range 3 {
					must(t, server.Close())
					server = restart(t, path)
					must(t, send(client))
					p := make([]byte, 10)
					n, from, err := server.ReadFromAddr(p)
					if string(p[:n]) != "abc" || from != before || err != nil {
						t.Errorf("got %q from %q, %v, want abc from %q", p[:n], from, err, before)
					}
					sendString(t, server, "answer", from)
					if got := recvString(t, client); got != "answer" {
						t.Errorf("got %q, want answer", got)
					}
				}
				if got := addrOf(t, client); got != before || client.LocalAddr().String() != before.String() {
					t.Errorf("the local address: got %q, want %q", got, before)
				}
			})
		}
	}
}

// After a Disconnect there is nobody to redial, until the next Connect.
// A reset is what a send gets if a Clone's send met the end of the peer at the same
// time. The kernel reports the same where the peer has dropped what it did not receive.
func TestDgramRedialAfterAReset(t *testing.T) {
	for name, send := range redialSends {
		t.Run(name, func(t *testing.T) {
			_, server, client := redialed(t, uds.Dialer{Redial: true})
			other, err := uds.ListenDgram("")
			other = ownDgram(t, other, err)
			sendString(t, client, "dropped", uds.Addr{})
			must(t, server.Connect(addrOf(t, other)))
			must(t, server.Disconnect())
			must(t, send(client))
			if got := recvString(t, server); got != "abc" {
				t.Errorf("got %q, want abc", got)
			}
		})
	}
}

func TestDgramRedialEndsWithDisconnect(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{Redial: true})
	must(t, client.Disconnect())
	for name, send := range redialSends {
		err := send(client)
		wantError(t, name, err, syscall.ENOTCONN)
		if strings.Contains(err.Error(), "redial") {
			t.Errorf("%s: got %v, want no redial", name, err)
		}
	}
	must(t, client.Connect(uds.MustParseAddr(path)))
	must(t, server.Close())
	server = restart(t, path)
	must(t, client.Send([]byte("again")))
	if got := recvString(t, server); got != "again" {
		t.Errorf("got %q, want again", got)
	}
}

// While the receiver is away each send says what it could not send.
func TestDgramRedialWhileTheReceiverIsAway(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{Redial: true})
	must(t, server.Close())
	for range 3 {
		for name, send := range redialSends {
			err := send(client)
			wantError(t, name, err, fs.ErrNotExist)
			wantNotSent(t, name, err, path)
		}
	}
	server, err := (&uds.ListenConfig{KeepFile: true}).ListenDgram(t.Context(), path)
	server = ownDgram(t, server, err)
	must(t, client.Send([]byte("back")))
	if got := recvString(t, server); got != "back" {
		t.Errorf("got %q, want back", got)
	}
	must(t, server.Close())
	wantError(t, "Send to a dead file", client.Send([]byte("x")), syscall.ECONNREFUSED)
}

// wantNotSent fails t unless err names the peer, and how much was not sent to it.
func wantNotSent(t testing.TB, what string, err error, peer string) {
	t.Helper()
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr.String() != peer || !strings.Contains(err.Error(), "redial, 3 bytes not sent") {
		t.Errorf("%s: got %v, want an error that names %s and 3 bytes not sent", what, err, peer)
	}
}

// So it is where the receiver is found again, but does not receive.
func TestDgramRedialToAReceiverThatDoesNotReceive(t *testing.T) {
	for name, send := range redialSends {
		path, server, client := redialed(t, uds.Dialer{Redial: true})
		must(t, server.Close())
		must(t, restart(t, path).CloseRead())
		err := send(client)
		wantError(t, name, err, syscall.EPIPE)
		wantNotSent(t, name, err, path)
	}
}

// A receiver at a path that does not fit an address is found again, and the way to it
// costs no descriptor.
func TestDgramRedialOfALongPath(t *testing.T) {
	path := longSocketPath(t)
	server := restart(t, path)
	client, err := (&uds.Dialer{Redial: true}).DialDgram(t.Context(), path)
	client = ownDgram(t, client, err)
	for name, send := range redialSends {
		must(t, server.Close())
		server = restart(t, path)
		before := testutil.FDCount(t)
		must(t, send(client))
		if got := testutil.FDCount(t); got != before {
			t.Errorf("%s: got %d descriptors, want %d as before", name, got, before)
		}
		if got := recvString(t, server); got != "abc" {
			t.Errorf("%s: got %q, want abc", name, got)
		}
	}
}

// A send that waits for a full receiver when that restarts goes to the new one.
func TestDgramRedialWhileBlocked(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{Redial: true})
	var err error
	for err == nil {
		err = client.SendMsg(&uds.Message{Buffers: [][]byte{[]byte("fill")}}, uds.FlagNoWait)
	}
	isErr(t, "filling", err, uds.ErrWouldBlock)
	done := make(chan error, 1)
	go func() { done <- client.Send([]byte("last")) }()
	parked(t, 1, "DgramConn")
	must(t, server.Close())
	server = restart(t, path)
	err = wantDone(t, done)
	if errors.Is(err, fs.ErrNotExist) { // between the two
		err = client.Send([]byte("last"))
	}
	must(t, err)
	if got := recvString(t, server); got != "last" {
		t.Errorf("got %q, want last", got)
	}
}

func TestDgramRedialIsForThePeerOnly(t *testing.T) {
	_, _, client := redialed(t, uds.Dialer{Redial: true})
	gone := listenDgram(t)
	to := addrOf(t, gone)
	gone.SetUnlinkOnClose(false)
	must(t, gone.Close())
	_, err := client.WriteToAddr([]byte("x"), to)
	wantError(t, "WriteToAddr", err, syscall.ECONNREFUSED)
	if strings.Contains(err.Error(), "redial") {
		t.Errorf("got %v, want no redial", err)
	}
}

func TestDgramRedialIsBackWithConnect(t *testing.T) {
	_, server, client := redialed(t, uds.Dialer{Redial: true})
	must(t, client.Disconnect())
	wantError(t, "Send", client.Send([]byte("x")), syscall.ENOTCONN)
	wantError(t, "SendFiles", client.SendFiles([]byte("x")), syscall.ENOTCONN)

	must(t, client.Connect(addrOf(t, server)))
	path := server.LocalAddr().String()
	must(t, server.Close())
	server = restart(t, path)
	must(t, client.Send([]byte("again")))
	if got := recvString(t, server); got != "again" {
		t.Errorf("got %q, want again", got)
	}
}
