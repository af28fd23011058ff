//go:build linux

package uds

import (
	"bytes"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"golang.org/x/sys/unix"
)

// mustAppend appends a control message.
func mustAppend(b []byte, typ int, data []byte) []byte {
	b, err := cmsg.Append(b, unix.SOL_SOCKET, typ, data)
	if err != nil {
		panic(err)
	}
	return b
}

// FuzzAncillary parses what is no kernel's work: nothing panics, every descriptor
// is found, so that it can be closed, and what is not understood is bad or kept.
func FuzzAncillary(f *testing.F) {
	whole := mustAppend(nil, sys.ScmTimestamp, make([]byte, 16))
	whole = mustAppend(whole, unix.SCM_CREDENTIALS, make([]byte, 12))
	whole = mustAppend(whole, sys.ScmSecurity, []byte("label\x00"))
	whole = append(whole, unix.UnixRights(3, 4, 5)...)
	whole = mustAppend(whole, unix.SCM_PIDFD, []byte{6, 0, 0, 0})
	whole = mustAppend(whole, 99, []byte("other"))
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add(mustAppend(nil, unix.SCM_CREDENTIALS, make([]byte, 3)))
	f.Add(mustAppend(nil, unix.SCM_PIDFD, []byte{0xe8, 0xff, 0xff, 0xff})) // -EMFILE
	f.Add(mustAppend(mustAppend(nil, unix.SCM_RIGHTS, nil), sys.ScmTimestamp, bytes.Repeat([]byte{0xff}, 16)))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.Clone(b)
		var a ancillary
		a.parse(b)
		if !bytes.Equal(in, b) {
			t.Error("the buffer was changed")
		}
		if want := slices.Collect(cmsg.Rights(b, sys.SolSocket, sys.ScmRights)); !slices.Equal(a.files, want) {
			t.Errorf("got descriptors %v, want %v", a.files, want)
		}
		checkAncillary(t, &a, b)
		a.parse(nil)
		if len(a.files)+len(a.pidfds)+len(a.other)+len(a.label) != 0 || a.hasCred || a.bad || a.errno != 0 || !a.at.IsZero() {
			t.Errorf("parsed again, of nothing: got %+v", a)
		}
	})
}

// checkAncillary counts the messages of each kind.
func checkAncillary(t *testing.T, a *ancillary, b []byte) {
	t.Helper()
	r := cmsg.NewReader(b)
	pidfds, others := 0, 0
	for r.Next() {
		switch typ := r.Type(); {
		case r.Level() != sys.SolSocket:
			others++
		case typ == sys.ScmPidfd:
			for fd := range r.Ints() {
				if fd >= 0 {
					pidfds++
				} else if a.errno <= 0 {
					t.Errorf("pidfd %d: got errno %d, want it noted", fd, a.errno)
				}
			}
		case typ != sys.ScmRights && typ != sys.ScmCredentials && typ != sys.ScmSecurity && !isTimestamp(typ):
			others++
		}
	}
	if len(a.pidfds) != pidfds || len(a.other) != others {
		t.Errorf("got %d pidfds and %d others, want %d and %d", len(a.pidfds), len(a.other), pidfds, others)
	}
	if r.Err() != nil && !a.bad {
		t.Errorf("got a good buffer, want bad: %v", r.Err())
	}
}
