//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// badPaths are addresses that nobody can be dialled at.
func badPaths(t testing.TB) map[string]struct {
	address string
	want    error
	words   []string
} {
	t.Helper()
	dir := testutil.ShortDir(t)
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	stream := filepath.Join(dir, "stream")
	l, err := net.Listen("unix", stream)
	must(t, err)
	closeLater(t, l)
	dead := filepath.Join(dir, "dead")
	keep := uds.ListenConfig{KeepFile: true}
	gone, err := keep.ListenSeq(t.Context(), dead)
	must(t, err)
	must(t, gone.Close())
	dgram := filepath.Join(dir, "dgram")
	bound := rawSocket(t, syscall.AF_UNIX, syscall.SOCK_DGRAM)
	must(t, syscall.Bind(int(bound.Fd()), &syscall.SockaddrUnix{Name: dgram}))
	long := "@" + strings.Repeat("x", 108)
	return map[string]struct {
		address string
		want    error
		words   []string
	}{
		"a file":                   {file, syscall.ECONNREFUSED, []string{file}},
		"a directory":              {dir, syscall.ECONNREFUSED, []string{dir}},
		"missing":                  {dir + "/missing", syscall.ENOENT, []string{dir + "/missing"}},
		"missing directory":        {dir + "/a/b", syscall.ENOENT, []string{dir + "/a/b"}},
		"below a file":             {file + "/b", syscall.ENOTDIR, []string{file + "/b"}},
		"a NUL":                    {"/tmp/a\x00b", syscall.EINVAL, []string{`"/tmp/a\x00b"`, "NUL"}},
		"a stream socket":          {stream, syscall.EPROTOTYPE, []string{stream}},
		"a datagram socket":        {dgram, syscall.EPROTOTYPE, []string{dgram}},
		"a dead socket":            {dead, syscall.ECONNREFUSED, []string{dead}},
		"a missing abstract name":  {"@uds-nobody-listens", syscall.ECONNREFUSED, []string{"@uds-nobody-listens"}},
		"a too long abstract name": {long, syscall.EINVAL, []string{"108 bytes", "the limit is 107"}},
		"unnamed":                  {"", syscall.EINVAL, []string{"unnamed"}},
	}
}

func TestDialBadAddresses(t *testing.T) {
	testutil.CheckLeaks(t)
	for name, c := range badPaths(t) {
		_, err := uds.DialSeq(c.address)
		wantError(t, "DialSeq of "+name, err, c.want, c.words...)
		nc, err := uds.Dial("unixpacket", c.address)
		wantError(t, "Dial of "+name, err, c.want, c.words...)
		if nc != nil {
			t.Errorf("Dial of %s: got %#v, want a nil net.Conn", name, nc)
		}
	}
}

func TestListenBadAddresses(t *testing.T) {
	testutil.CheckLeaks(t)
	for name, c := range badPaths(t) {
		switch {
		case name == "unnamed", name == "a missing abstract name", name == "missing":
			continue // These are good.
		case errors.Is(c.want, syscall.ECONNREFUSED), errors.Is(c.want, syscall.EPROTOTYPE):
			c.want = syscall.EADDRINUSE
		}
		_, err := uds.ListenSeq(c.address)
		wantError(t, "ListenSeq at "+name, err, c.want, c.words...)
		l, err := uds.Listen("unixpacket", c.address)
		wantError(t, "Listen at "+name, err, c.want, c.words...)
		if l != nil {
			t.Errorf("Listen at %s: got %#v, want a nil net.Listener", name, l)
		}
	}
	name := abstractName()
	seqListener(t, name)
	_, err := uds.ListenSeq(name)
	wantError(t, "ListenSeq at a live name", err, syscall.EADDRINUSE, name)
}

func TestBadNetworks(t *testing.T) {
	for _, network := range []string{"", "tcp", "unixgra", "udp"} {
		_, err := uds.Dial(network, "@x")
		wantUnknownNetwork(t, "Dial", err, network, `"unixpacket"`, `"unixgram"`)
		_, err = uds.Listen(network, "@x")
		wantUnknownNetwork(t, "Listen", err, network, `"unixpacket"`)
	}
	_, err := uds.Dial("unix", "@x")
	wantUnknownNetwork(t, "Dial", err, "unix", `"unixpacket"`)
	_, err = uds.Listen("unixgram", "@x")
	wantUnknownNetwork(t, "Listen", err, "unixgram", `"unixpacket"`)
}

// wantUnknownNetwork wants what package net reports, with what is allowed.
func wantUnknownNetwork(t testing.TB, what string, err error, network string, words ...string) {
	t.Helper()
	if !errors.Is(err, net.UnknownNetworkError(network)) {
		t.Errorf("%s of network %q: got %v, want a net.UnknownNetworkError", what, network, err)
		return
	}
	for _, w := range append(words, fmt.Sprintf("%q", network)) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s of network %q: got %q, want a text with %s", what, network, err, w)
		}
	}
}

func TestBadDialers(t *testing.T) {
	testutil.CheckLeaks(t)
	name := abstractName()
	seqListener(t, name)
	bound := uds.MustParseAddr(name)
	for what, c := range map[string]struct {
		d     uds.Dialer
		want  error
		words []string
	}{
		"Timeout":       {uds.Dialer{Timeout: -time.Second}, syscall.EINVAL, []string{"-1s", "below zero"}},
		"ReadBuffer":    {uds.Dialer{Options: uds.Options{ReadBuffer: -1}}, syscall.EINVAL, []string{"-1", "read buffer", "0 to 2147483647"}},
		"WriteBuffer":   {uds.Dialer{Options: uds.Options{WriteBuffer: -7}}, syscall.EINVAL, []string{"-7", "write buffer"}},
		"used name":     {uds.Dialer{LocalAddr: bound}, syscall.EADDRINUSE, []string{name}},
		"missing place": {uds.Dialer{LocalAddr: uds.MustParseAddr("/missing/x")}, syscall.ENOENT, []string{"/missing/x"}},
	} {
		_, err := c.d.DialSeq(t.Context(), name)
		wantError(t, what, err, c.want, c.words...)
	}
	var none context.Context
	_, err := new(uds.Dialer).DialSeq(none, name)
	wantError(t, "nil context", err, syscall.EINVAL, "nil context")
	_, err = new(uds.ListenConfig).ListenSeq(none, abstractName())
	wantError(t, "nil context", err, syscall.EINVAL, "nil context")
}

func TestBadListenConfigs(t *testing.T) {
	testutil.CheckLeaks(t)
	for what, c := range map[string]struct {
		lc    uds.ListenConfig
		want  error
		words []string
	}{
		"Backlog":     {uds.ListenConfig{Backlog: -1}, syscall.EINVAL, []string{"-1", "below zero"}},
		"ReadBuffer":  {uds.ListenConfig{Options: uds.Options{ReadBuffer: -1}}, syscall.EINVAL, []string{"-1", "read buffer"}},
		"WriteBuffer": {uds.ListenConfig{Options: uds.Options{WriteBuffer: -1}}, syscall.EINVAL, []string{"-1", "write buffer"}},
	} {
		_, err := c.lc.ListenSeq(t.Context(), abstractName())
		wantError(t, what, err, c.want, c.words...)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := new(uds.ListenConfig).ListenSeq(ctx, abstractName())
	wantError(t, "ended context", err, context.Canceled)
	l := seqListener(t, abstractName())
	var none context.Context
	_, err = l.AcceptContext(none)
	wantError(t, "AcceptContext(nil)", err, syscall.EINVAL, "nil context")
}

func TestBadArgumentsAreEINVALAndSayWhy(t *testing.T) {
	a, b := seqPair(t)
	for what, c := range map[string]struct {
		err   error
		words []string
	}{
		"SetReadTimeout":   {a.SetReadTimeout(-time.Millisecond), []string{"-1ms", "below zero"}},
		"SetWriteTimeout":  {a.SetWriteTimeout(-1), []string{"-1ns", "below zero"}},
		"SetReadBuffer":    {a.SetReadBuffer(-1), []string{"-1", "0 to 2147483647"}},
		"SetWriteBuffer":   {a.SetWriteBuffer(-5), []string{"-5", "0 to 2147483647"}},
		"SetOptions":       {a.SetOptions(uds.Options{ReadBuffer: -3}), []string{"-3"}},
		"nil RecvMsg":      {a.RecvMsg(nil, 0), []string{"nil Message"}},
		"nil SendMsg":      {a.SendMsg(nil, 0), []string{"nil Message"}},
		"flags of RecvMsg": {a.RecvMsg(&uds.Message{}, 64), []string{"0x40", "FlagPeek", "FlagNoWait"}},
		"flags of SendMsg": {a.SendMsg(&uds.Message{}, uds.FlagPeek), []string{"0x1", "FlagNoWait"}},
	} {
		wantError(t, what, c.err, syscall.EINVAL, c.words...)
	}
	if got := a.ReadTimeout(); got != 0 {
		t.Errorf("ReadTimeout after a refused one: got %v, want 0", got)
	}
	unharmed(t, a, b)
}

// files are files that are not what FileSeqConn and FileSeqListener want.
func files(t testing.TB) map[string]*os.File {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	closeLater(t, r)
	closeLater(t, w)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer tcp.Close()
	tcpFile, err := tcp.(*net.TCPListener).File()
	must(t, err)
	closeLater(t, tcpFile)
	unix, err := net.Listen("unix", testutil.SocketPath(t))
	must(t, err)
	defer unix.Close()
	unixFile, err := unix.(*net.UnixListener).File()
	must(t, err)
	closeLater(t, unixFile)
	regular, err := os.CreateTemp(t.TempDir(), "")
	must(t, err)
	closeLater(t, regular)
	closed, err := os.Open(os.DevNull)
	must(t, err)
	must(t, closed.Close())
	listener, err := seqListener(t, abstractName()).File()
	must(t, err)
	closeLater(t, listener)
	a, _ := seqPair(t)
	connection, err := a.File()
	must(t, err)
	closeLater(t, connection)
	return map[string]*os.File{
		"pipe": r, "tcp": tcpFile, "stream": unixFile, "regular": regular, "closed": closed, "nil": nil,
		"datagram": rawSocket(t, syscall.AF_UNIX, syscall.SOCK_DGRAM),
		"new":      rawSocket(t, syscall.AF_UNIX, syscall.SOCK_SEQPACKET),
		"listener": listener, "connection": connection,
	}
}

func TestFilesOfTheWrongKind(t *testing.T) {
	testutil.CheckLeaks(t)
	all := files(t)
	for _, c := range []struct {
		file           string
		conn, listener error
		words          []string
	}{
		{"pipe", syscall.ENOTSOCK, syscall.ENOTSOCK, nil},
		{"regular", syscall.ENOTSOCK, syscall.ENOTSOCK, nil},
		{"closed", net.ErrClosed, net.ErrClosed, nil},
		{"nil", syscall.EINVAL, syscall.EINVAL, nil},
		{"tcp", syscall.EINVAL, syscall.EINVAL, []string{"family 2", "AF_UNIX"}},
		{"stream", syscall.EPROTOTYPE, syscall.EPROTOTYPE, []string{"SOCK_STREAM", "want SOCK_SEQPACKET"}},
		{"datagram", syscall.EPROTOTYPE, syscall.EPROTOTYPE, []string{"SOCK_DGRAM", "want SOCK_SEQPACKET"}},
		{"new", syscall.ENOTCONN, syscall.EINVAL, nil},
		{"listener", syscall.EINVAL, nil, []string{"listens", "want a connection"}},
		{"connection", nil, syscall.EINVAL, []string{"does not listen"}},
	} {
		f := all[c.file]
		if conn, err := uds.FileSeqConn(f); c.conn != nil {
			wantError(t, "FileSeqConn of "+c.file, err, c.conn, c.words...)
		} else if err != nil {
			t.Errorf("FileSeqConn of %s: %v", c.file, err)
		} else {
			must(t, conn.Close())
		}
		if l, err := uds.FileSeqListener(f); c.listener != nil {
			wantError(t, "FileSeqListener of "+c.file, err, c.listener, c.words...)
		} else if err != nil {
			t.Errorf("FileSeqListener of %s: %v", c.file, err)
		} else {
			must(t, l.Close())
		}
	}
	for name, f := range all { // They stay their owner's.
		if name == "nil" || name == "closed" {
			continue
		}
		if _, err := f.Stat(); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
}

// AddrOf takes addresses of package net of this family only.
func TestAddrOfAnotherFamily(t *testing.T) {
	_, err := uds.AddrOf(&net.TCPAddr{})
	if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), "*net.TCPAddr") {
		t.Errorf("AddrOf of a TCP address: got %v, want EINVAL that names the type", err)
	}
}

// Without permission the error is the kernel's.
func TestDialWithoutPermission(t *testing.T) {
	testutil.RequireUnprivileged(t)
	path := testutil.SocketPath(t)
	seqListener(t, path)
	must(t, os.Chmod(path, 0))
	_, err := uds.DialSeq(path)
	wantError(t, "DialSeq", err, fs.ErrPermission, path)
}
