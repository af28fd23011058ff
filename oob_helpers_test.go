//go:build linux

package uds_test

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"example.com/uds"
	"golang.org/x/sys/unix"
)

// msgConn is what both kinds of connection have.
type msgConn = bothConns

// pairOf makes a pair that is closed when t ends.
type pairOf func(t testing.TB) (a, b msgConn)

// kinds are the kinds of connection.
var kinds = map[string]pairOf{"seqpacket": func(t testing.TB) (msgConn, msgConn) {
	a, b := seqPair(t)
	guarded(t, a, b)
	return a, b
}}

// eachKind runs f with pairs of each kind of connection.
func eachKind(t *testing.T, f func(t *testing.T, pair pairOf)) {
	for name, pair := range kinds {
		t.Run(name, func(t *testing.T) { f(t, pair) })
	}
}

// devNull opens n files that are closed when t ends.
func devNull(t testing.TB, n int) []*os.File {
	t.Helper()
	files := make([]*os.File, n)
	for i := range files {
		files[i] = openFile(t, os.DevNull)
	}
	return files
}

func openFile(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	must(t, err)
	closeLater(t, f)
	return f
}

// setOptions sets o, or skips t where the kernel lacks it.
func setOptions(t testing.TB, c msgConn, o uds.Options) {
	t.Helper()
	err := c.SetOptions(o)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs a newer kernel: %+v: %v", o, err)
	}
	must(t, err)
}

// isOpen reports whether f is open.
func isOpen(f *os.File) bool {
	_, err := f.Stat()
	return err == nil
}

// sameFile fails t unless got is another descriptor of want's file, and
// close-on-exec.
func sameFile(t testing.TB, got, want *os.File) {
	t.Helper()
	a, err := got.Stat()
	must(t, err)
	b, err := want.Stat()
	must(t, err)
	if !os.SameFile(a, b) {
		t.Errorf("got file %v, want %v", a, b)
	}
	rc, err := got.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("descriptor flags: got %#x, %v, want FD_CLOEXEC", flags, err)
		}
	}))
}

// buffers is one buffer of n bytes.
func buffers(n int) [][]byte { return [][]byte{make([]byte, n)} }

// payload is what m received.
func payload(m *uds.Message) string { return string(m.Buffers[0][:m.N]) }

var native = binary.NativeEndian

// me are the credentials of this process.
func me() uds.Cred { return uds.Cred{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid()} }
