package uds_test

import (
	"net"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Close removes the socket file that the connection bound, unless it is to stay.
func TestDgramCloseRemovesItsSocketFile(t *testing.T) {
	path := testutil.SocketPath(t)
	keep := &uds.ListenConfig{KeepFile: true}
	listen := func(lc *uds.ListenConfig) *uds.DgramConn {
		c, err := lc.ListenDgram(t.Context(), path)
		return ownDgram(t, c, err)
	}
	check := func(what string, c *uds.DgramConn, want bool) {
		t.Helper()
		must(t, c.Close())
		if got := exists(path); got != want {
			t.Errorf("%s: got a file after Close %v, want %v", what, got, want)
		}
		os.Remove(path)
	}
	check("ListenDgram", listen(new(uds.ListenConfig)), false)

	c := newDgram(t)
	must(t, c.Bind(uds.MustParseAddr(path)))
	check("Bind", c, false)

	d := uds.Dialer{LocalAddr: uds.MustParseAddr(path)}
	c, err := d.DialDgram(t.Context(), addrOf(t, listenDgram(t)).String())
	check("DialDgram", ownDgram(t, c, err), false)

	c = listen(new(uds.ListenConfig))
	c.SetUnlinkOnClose(false)
	check("SetUnlinkOnClose(false)", c, true)

	check("KeepFile", listen(keep), true)

	c = listen(keep)
	c.SetUnlinkOnClose(true)
	check("KeepFile and SetUnlinkOnClose(true)", c, false)

	c = newDgram(t)
	c.SetUnlinkOnClose(false)
	must(t, c.Bind(uds.MustParseAddr(path)))
	check("SetUnlinkOnClose(false) before Bind", c, true)

	c = listen(new(uds.ListenConfig))
	must(t, os.Remove(path))
	successor := listen(new(uds.ListenConfig))
	check("of a predecessor", c, true)
	must(t, successor.Close())
}

// What shares the socket leaves its file alone.
func TestDgramDuplicatesLeaveTheSocketFile(t *testing.T) {
	path := testutil.SocketPath(t)
	c, err := uds.ListenDgram(path)
	c = ownDgram(t, c, err)
	clone, err := c.Clone()
	must(t, ownDgram(t, clone, err).Close())
	if !exists(path) {
		t.Error("Clone: got no file after the clone's Close, want it kept")
	}
	f, err := c.File()
	must(t, err)
	closeLater(t, f)
	adopted, err := uds.FileDgramConn(f)
	adopted = ownDgram(t, adopted, err)
	if got := adopted.LocalAddr().String(); got != path {
		t.Errorf("FileDgramConn: got local address %q, want %q", got, path)
	}
	must(t, adopted.Close())
	if !exists(path) {
		t.Error("FileDgramConn: got no file after its Close, want it kept")
	}
	f, err = c.Detach()
	must(t, err)
	closeLater(t, f)
	if !exists(path) {
		t.Error("Detach: got no file, want it kept")
	}
	wantError(t, "Close after Detach", c.Close(), net.ErrClosed)
	if !exists(path) {
		t.Error("Close after Detach: got no file, want it kept")
	}
}

func TestDgramBindErrors(t *testing.T) {
	c := listenDgram(t)
	wantError(t, "a second Bind", c.Bind(uds.MustParseAddr(testutil.SocketPath(t))), syscall.EINVAL)
	before := addrOf(t, c)
	must(t, c.Bind(uds.Addr{})) // keeps the address
	if got := addrOf(t, c); got != before || c.LocalAddr().String() != before.String() {
		t.Errorf("after Bind to the unnamed address: got %q, want %q", got, before)
	}
	wantError(t, "Bind to an address in use", newDgram(t).Bind(before), syscall.EADDRINUSE)
	_, err := uds.ListenDgram(before.String())
	wantError(t, "ListenDgram at an address in use", err, syscall.EADDRINUSE)
	_, err = (&uds.ListenConfig{Existing: uds.ExistingReplace}).ListenDgram(t.Context(), before.String())
	wantError(t, "ExistingReplace", err, syscall.EINVAL)
	_, err = (&uds.Dialer{Timeout: -1}).DialDgram(t.Context(), before.String())
	wantError(t, "a timeout below zero", err, syscall.EINVAL)
	free := newDgram(t)
	must(t, free.Bind(uds.Addr{}))
	if a := addrOf(t, free); !a.IsAbstract() || free.LocalAddr().String() != a.String() {
		t.Errorf("autobound: got %q, want an abstract name", a)
	}
}
