//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// oddOptions are options that make control messages arrive.
var oddOptions = map[string]uds.Options{
	"none":        {},
	"credentials": {PassCredentials: true},
	"pidfd":       {PassPidFD: true},
	"all":         {PassCredentials: true, PassPidFD: true, Timestamps: true},
}

// A buffer of any size for control messages, also one that ends in the middle
// of a descriptor's number, leaks no descriptor: none is installed whose number
// is not in the buffer.
func TestControlRoomOfAnySizeLeaksNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		for name, o := range oddOptions {
			t.Run(name, func(t *testing.T) {
				a, b := pair(t)
				setOptions(t, b, o)
				for files := range 4 {
					sent := devNull(t, files)
					for room := range 161 {
						guarded(t, a, b)
						must(t, a.SendFiles([]byte("x"), sent...))
						oddReceive(t, b, room, fmt.Sprintf("%d files, room %d", files, room))
					}
				}
			})
		}
	})
}

// oddReceive receives into so much room and fails t unless the descriptors that
// are open then are those in the control messages.
func oddReceive(t *testing.T, b msgConn, room int, what string) {
	t.Helper()
	before := testutil.FDCount(t)
	oob := make([]byte, room)
	n, oobn, flags, _, err := b.ReadMsgUnix(make([]byte, 1), oob)
	if n != 1 || err != nil && !errors.Is(err, uds.ErrOOBTruncated) {
		t.Fatalf("%s: got %d, %v, want 1 and at most ErrOOBTruncated", what, n, err)
	}
	if cut := flags&unix.MSG_CTRUNC != 0; room > 0 && cut != (err != nil) {
		t.Errorf("%s: got flags %#x with the error %v", what, flags, err)
	}
	closeControl(t, oob[:oobn])
	if after := testutil.FDCount(t); after != before {
		t.Fatalf("%s: %d descriptors leaked (oobn %d, flags %#x, %v)", what, after-before, oobn, flags, err)
	}
}

// closeControl closes the descriptors in control messages.
func closeControl(t *testing.T, oob []byte) {
	t.Helper()
	if len(oob) == 0 {
		return
	}
	ms, err := unix.ParseSocketControlMessage(oob)
	must(t, err)
	for _, m := range ms {
		if m.Header.Level != unix.SOL_SOCKET || m.Header.Type != unix.SCM_RIGHTS && m.Header.Type != unix.SCM_PIDFD {
			continue
		}
		for i := 0; i+4 <= len(m.Data); i += 4 {
			must(t, unix.Close(int(int32(native.Uint32(m.Data[i:])))))
		}
	}
}
