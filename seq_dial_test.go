//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestDialerLocalAddrIsThePeersRemoteAddr(t *testing.T) {
	name, local := abstractName(), abstractName()
	l := seqListener(t, name)
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(local)}).DialSeq(t.Context(), name)
	must(t, err)
	closeLater(t, c)
	s, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, s)
	if got := s.RemoteAddr().String(); got != local {
		t.Errorf("RemoteAddr: got %q, want %q", got, local)
	}
	if got := c.LocalAddr().String(); got != local {
		t.Errorf("LocalAddr: got %q, want %q", got, local)
	}
}

// A dial that fails after it bound its own path takes the file away again.
func TestFailedDialRemovesItsOwnFile(t *testing.T) {
	path := testutil.SocketPath(t)
	_, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(path)}).DialSeq(t.Context(), abstractName())
	isErr(t, "Dial", err, syscall.ECONNREFUSED)
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat: got %v, want no file", err)
	}
}

// So does the close of a connection whose dial bound a path.
func TestCloseRemovesTheFileThatTheDialBound(t *testing.T) {
	name, path := abstractName(), testutil.SocketPath(t)
	seqListener(t, name)
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(path)}).DialSeq(t.Context(), name)
	must(t, err)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("Lstat: got %v, want the bound file", err)
	}
	must(t, c.Close())
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat after Close: got %v, want no file", err)
	}
}

func TestDialerOptionsAndControl(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	called := ""
	d := uds.Dialer{
		Options: uds.Options{WriteBuffer: 30_000, PassCredentials: true, Spin: -1},
		Control: func(network, address string, c syscall.RawConn) error {
			called = network + " " + address
			return nil
		},
	}
	c, err := d.DialSeq(t.Context(), name)
	must(t, err)
	defer c.Close()
	if n, err := c.WriteBuffer(); n != 60_000 || err != nil {
		t.Errorf("WriteBuffer: got %d, %v, want 60000", n, err)
	}
	if want := "unixpacket " + name; called != want {
		t.Errorf("Control: got %q, want %q", called, want)
	}
	// With SO_PASSCRED an unnamed socket is bound when it connects.
	got, err := c.Sockname()
	if local := c.LocalAddr().String(); err != nil || !got.IsAbstract() || got.String() != local {
		t.Errorf("Sockname: got %q, %v, LocalAddr %q, want the same abstract name", got, err, local)
	}
}

func TestControlErrorsEndTheCall(t *testing.T) {
	boom := errors.New("boom")
	control := func(string, string, syscall.RawConn) error { return boom }
	_, err := (&uds.Dialer{Control: control}).DialSeq(t.Context(), abstractName())
	isErr(t, "DialSeq", err, boom)
	_, err = (&uds.ListenConfig{Control: control}).ListenSeq(t.Context(), abstractName())
	isErr(t, "ListenSeq", err, boom)
}

func TestDialNetworks(t *testing.T) {
	name := abstractName()
	l, err := uds.Listen("unixpacket", name)
	must(t, err)
	defer l.Close()
	for what, dial := range map[string]func() (net.Conn, error){
		"Dial":        func() (net.Conn, error) { return uds.Dial("unixpacket", name) },
		"Dialer.Dial": func() (net.Conn, error) { return new(uds.Dialer).Dial("unixpacket", name) },
		"DialContext": func() (net.Conn, error) { return new(uds.Dialer).DialContext(t.Context(), "unixpacket", name) },
		"DialFunc": func() (net.Conn, error) {
			return new(uds.Dialer).DialFunc("unixpacket", name)(t.Context(), "tcp", "example.com:80")
		},
	} {
		c, err := dial()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if _, ok := c.(*uds.SeqConn); !ok {
			t.Errorf("%s: got a %T, want a *uds.SeqConn", what, c)
		}
		must(t, c.Close())
	}
}

// The earlier of the Dialer's timeout and the context's deadline ends a dial.
func TestDialEndsAtTheEarlierLimit(t *testing.T) {
	_, address := fullListener(t)
	for _, c := range []struct{ timeout, deadline time.Duration }{{time.Millisecond, time.Hour}, {time.Hour, time.Millisecond}} {
		ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
		_, err := (&uds.Dialer{Timeout: c.timeout}).DialSeq(ctx, address)
		wantError(t, fmt.Sprintf("timeout %v, deadline in %v", c.timeout, c.deadline), err, os.ErrDeadlineExceeded)
		cancel()
	}
}

// The timeout bounds every dial, also one that would have nothing to wait for.
func TestDialerTimeoutBoundsBothKinds(t *testing.T) {
	d := uds.Dialer{Timeout: time.Nanosecond}
	_, err := d.DialSeq(t.Context(), seqListener(t, abstractName()).Addr().String())
	wantError(t, "DialSeq", err, os.ErrDeadlineExceeded)
	c, err := d.DialDgram(t.Context(), listenDgram(t).LocalAddr().String())
	if err == nil {
		c.Close()
	}
	wantError(t, "DialDgram", err, os.ErrDeadlineExceeded)
}

// Without a LocalAddr a dialled socket stays unbound.
func TestDialledSocketStaysUnbound(t *testing.T) {
	client, _ := dialled(t, abstractName())
	if a, err := client.Sockname(); err != nil || !a.IsUnnamed() {
		t.Errorf("Sockname: got %q, %v, want the unnamed address", a, err)
	}
}
