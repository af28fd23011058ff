//go:build linux

package uds_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// oobComparisons are about ancillary data.
var oobComparisons = []comparison{
	{
		"`ReadMsgUnix` of an empty message with a descriptor",
		func(t testing.TB) string { a, b := unixPair(t); return emptyWithFile(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return emptyWithFile(t, a, b) },
	},
	{
		"`ReadMsgUnix` at the end returns",
		func(t testing.TB) string { a, b := unixPair(t); return msgEnd(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return msgEnd(t, a, b) },
	},
	{
		"`WriteMsgUnix` of no bytes and a descriptor sends",
		func(t testing.TB) string { a, b := unixPair(t); return emptySent(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return emptySent(t, a, b) },
	},
	{
		"three descriptors arrive where there is room for two",
		func(t testing.TB) string { a, b := unixPair(t); return tooManyFiles(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return tooManyFiles(t, a, b) },
	},
	{
		"flags of a message that came whole, with a descriptor",
		func(t testing.TB) string { a, b := unixPair(t); return flagsOf(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return flagsOf(t, a, b) },
	},
	{
		"listening at a path of 300 bytes",
		func(t testing.TB) string { return listenedLong(t, listenNet, net.Dial) },
		func(t testing.TB) string { return listenedLong(t, uds.Listen, uds.Dial) },
	},
}

// unixMessenger has the message calls of package net.
type unixMessenger interface {
	net.Conn
	ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error)
	WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error)
}

// rawSend sends p and n descriptors past the connection's own methods: those of
// net and x/sys add a byte where p is empty.
func rawSend(t testing.TB, c net.Conn, p []byte, n int) {
	t.Helper()
	f, err := os.Open(os.DevNull)
	must(t, err)
	defer f.Close()
	must(t, adopt(t, c.(filer).File).SendFiles(p, slices.Repeat([]*os.File{f}, n)...))
}

// closeRights closes the descriptors in a control buffer and returns how many
// there were.
func closeRights(t testing.TB, oob []byte) (n int) {
	t.Helper()
	messages, err := unix.ParseSocketControlMessage(oob)
	must(t, err)
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		must(t, err)
		for _, fd := range fds {
			must(t, unix.Close(fd))
			n++
		}
	}
	return n
}

func emptyWithFile(t testing.TB, a, b unixMessenger) string {
	rawSend(t, a, nil, 1)
	oob := make([]byte, 256)
	_, oobn, _, _, err := b.ReadMsgUnix(make([]byte, 8), oob)
	files := closeRights(t, oob[:oobn])
	if err != nil {
		return fmt.Sprintf("%d descriptor and an error, EOF", files)
	}
	return fmt.Sprintf("%d descriptor, err == nil", files)
}

func msgEnd(t testing.TB, a, b unixMessenger) string {
	must(t, a.Close())
	_, _, _, _, err := b.ReadMsgUnix(make([]byte, 8), nil)
	if _, ok := err.(*net.OpError); ok {
		return "EOF in a `*net.OpError`"
	}
	return fmt.Sprintf("`io.%v` itself", err)
}

func emptySent(t testing.TB, a, b unixMessenger) string {
	f, err := os.Open(os.DevNull)
	must(t, err)
	defer f.Close()
	_, _, err = a.WriteMsgUnix(nil, unix.UnixRights(int(f.Fd())), nil)
	must(t, err)
	rc, err := b.(syscall.Conn).SyscallConn()
	must(t, err)
	var n, oobn int
	oob := make([]byte, 256)
	must(t, rc.Read(func(fd uintptr) bool {
		n, oobn, _, _, err = unix.Recvmsg(int(fd), make([]byte, 8), oob, 0)
		return err != unix.EAGAIN
	}))
	must(t, err)
	return fmt.Sprintf("%d bytes and %d descriptor", n, closeRights(t, oob[:oobn]))
}

func tooManyFiles(t testing.TB, a, b unixMessenger) string {
	rawSend(t, a, []byte("x"), 3)
	oob := make([]byte, unix.CmsgSpace(2*4))
	_, oobn, _, _, err := b.ReadMsgUnix(make([]byte, 8), oob)
	files := closeRights(t, oob[:oobn])
	if err != nil {
		return fmt.Sprintf("%d descriptors and an error: %s", files, strings.TrimPrefix(err.(*net.OpError).Err.Error(), "uds: "))
	}
	return fmt.Sprintf("%d descriptors, err == nil", files)
}

func flagsOf(t testing.TB, a, b unixMessenger) string {
	rawSend(t, a, []byte("x"), 1)
	oob := make([]byte, 256)
	_, oobn, flags, _, err := b.ReadMsgUnix(make([]byte, 8), oob)
	must(t, err)
	closeRights(t, oob[:oobn])
	return fmt.Sprintf("%#x", flags)
}

func listenedLong(t testing.TB, listen func(_, _ string) (net.Listener, error), dial func(_, _ string) (net.Conn, error)) string {
	path := longSocketPath(t)
	l, err := listen("unixpacket", path)
	if err != nil {
		return "fails: " + rootCause(err)
	}
	defer l.Close()
	c, err := dial("unixpacket", path)
	must(t, err)
	must(t, c.Close())
	return "works, and dialling it too"
}

// longSocketPath is a path of 300 bytes.
func longSocketPath(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(testutil.ShortDir(t), strings.Repeat("d", 200))
	must(t, os.Mkdir(dir, 0o700))
	return filepath.Join(dir, strings.Repeat("s", 299-len(dir)))
}
