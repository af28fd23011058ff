//go:build linux

package uds_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestListenerAddresses(t *testing.T) {
	path := testutil.SocketPath(t)
	name := abstractName() + "\x00\xff"
	for _, address := range []string{path, name} {
		client, server := dialled(t, address)
		for what, got := range map[string]net.Addr{
			"RemoteAddr of the client": client.RemoteAddr(),
			"LocalAddr of the server":  server.LocalAddr(),
		} {
			if got.String() != address || got.Network() != "unixpacket" {
				t.Errorf("%s: got %q %q, want %q \"unixpacket\"", what, got, got.Network(), address)
			}
		}
		for what, got := range map[string]net.Addr{
			"LocalAddr of the client":  client.LocalAddr(),
			"RemoteAddr of the server": server.RemoteAddr(),
		} {
			if a, ok := got.(*net.UnixAddr); !ok || a == nil || a.Name != "" {
				t.Errorf("%s: got %#v, want a *net.UnixAddr that prints as \"\"", what, got)
			}
		}
		kernel, err := client.Peername()
		if want := uds.MustParseAddr(address); kernel != want || err != nil {
			t.Errorf("Peername: got %q, %v, want %q", kernel, err, want)
		}
	}
}

// TestAbstractNameWithNUL: package net takes a NUL byte in place of the '@',
// and so do programs that spell the name as the kernel does.
func TestAbstractNameWithNUL(t *testing.T) {
	name := abstractName()
	kernel := "\x00" + name[1:]
	_, server := dialled(t, kernel)
	if got := server.LocalAddr().String(); got != name {
		t.Errorf("LocalAddr: got %q, want %q", got, name)
	}
	c, err := uds.ListenDgram(kernel)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, a := range []string{name, kernel} {
		if _, err := c.WriteTo([]byte(a), &net.UnixAddr{Name: a, Net: "unixgram"}); err != nil {
			t.Errorf("WriteTo %q: %v", a, err)
		}
		buf := make([]byte, 64)
		n, from, err := c.ReadFrom(buf)
		if err != nil || string(buf[:n]) != a || from.String() != name {
			t.Errorf("ReadFrom: got %q from %v, %v, want %q from %q", buf[:n], from, err, a, name)
		}
	}
	if _, err := uds.DialSeq("\x00" + strings.Repeat("x", uds.MaxAbstractLen+1)); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("DialSeq of a name that is too long: got %v, want EINVAL", err)
	}
}

func TestListenUnnamedAutobinds(t *testing.T) {
	l := seqListener(t, "")
	name, err := l.Sockname()
	must(t, err)
	if !name.IsAbstract() || len(name.Abstract()) != 5 {
		t.Errorf("Sockname: got %q, want an abstract name of 5 bytes", name)
	}
	c, err := uds.DialSeq(l.Addr().String())
	must(t, err)
	must(t, c.Close())
}

// The connections of a listener that closes stay; those nobody accepted are
// reset.
func TestListenerCloseKeepsConnections(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	c, s := dialledTo(t, l)
	waiting, err := uds.DialSeq(name)
	must(t, err)
	closeLater(t, waiting)
	guarded(t, c, s, waiting)
	must(t, l.Close())
	sendAll(t, c, "still here")
	if got := recvEnd(s); got != `"still here"` {
		t.Errorf("Recv: got %s, want \"still here\"", got)
	}
	if got := recvRest(waiting); !strings.HasPrefix(got, "RESET EOF") {
		t.Errorf("Recv of the unaccepted: got %s, want RESET EOF", got)
	}
}
