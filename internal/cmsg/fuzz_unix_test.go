//go:build unix

package cmsg_test

import (
	"errors"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
	"golang.org/x/sys/unix"
)

// FuzzAgainstSystem compares the reader with x/sys, which panics on some
// malformed buffers, gives no messages where there is an error, and ignores
// trailing bytes too few for a header.
func FuzzAgainstSystem(f *testing.F) {
	for _, fds := range [][]int{nil, {3}, {3, 4, 5}} {
		b, err := cmsg.AppendInts(nil, unix.SOL_SOCKET, unix.SCM_RIGHTS, fds)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(slices.Concat(b, b))
		f.Add(slices.Concat(b, b[:len(b)-1]))
		f.Add(slices.Concat(b, []byte{1}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := read(cmsg.Native, b)
		want, wantErr, ok := parseAsSystem(b)
		if !ok || wantErr != nil {
			if err == nil {
				t.Errorf("got no error, want one: x/sys panics or has error %v", wantErr)
			}
			return
		}
		wantMessages(t, "Native", got, want)
		if e, isFormat := errors.AsType[*cmsg.FormatError](err); err != nil && (!isFormat || e.Left >= cmsg.Len(0)) {
			t.Errorf("got error %v, want none", err)
		}
	})
}

// parseAsSystem returns what x/sys makes of b; ok is false if it panics.
func parseAsSystem(b []byte) (ms []message, err error, ok bool) {
	defer func() { ok = recover() == nil }()
	parsed, err := unix.ParseSocketControlMessage(b)
	for _, m := range parsed {
		ms = append(ms, message{int(m.Header.Level), int(m.Header.Type), m.Data})
	}
	return ms, err, true
}
