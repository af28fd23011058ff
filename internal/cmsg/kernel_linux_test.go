package cmsg_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// transfer sends oob over a pair and returns what arrives where there is room
// for so many bytes.
func transfer(t *testing.T, a, b int, oob []byte, room int) (got []byte, flags int) {
	t.Helper()
	if err := unix.Sendmsg(a, []byte("x"), oob, nil, 0); err != nil {
		t.Fatal(err)
	}
	got = make([]byte, room)
	_, n, flags, _, err := unix.Recvmsg(b, make([]byte, 1), got, unix.MSG_CMSG_CLOEXEC|unix.MSG_DONTWAIT)
	if err != nil {
		t.Fatal(err)
	}
	return got[:n], flags
}

// A truncated SCM_RIGHTS has the length of the descriptors that were installed:
// scm_detach_fds in net/core/scm.c.
func TestRightsYieldsEveryDescriptorOfTruncatedMessage(t *testing.T) {
	for room := cmsg.Len(0); room <= cmsg.Space(12); room++ {
		a, b := testutil.RawPair(t)
		oob, err := cmsg.AppendInts(nil, unix.SOL_SOCKET, unix.SCM_RIGHTS, []int{a, a, a})
		if err != nil {
			t.Fatal(err)
		}
		got, flags := transfer(t, a, b, oob, room)
		want := min(3, (room-cmsg.Len(0))/4)
		if n := closeAll(t, slices.Collect(cmsg.Rights(got, unix.SOL_SOCKET, unix.SCM_RIGHTS))); n != want {
			t.Errorf("room for %d bytes: got %d descriptors, want %d", room, n, want)
		}
		if truncated := flags&unix.MSG_CTRUNC != 0; truncated != (want < 3) {
			t.Errorf("room for %d bytes: got truncation %v, want %v", room, truncated, want < 3)
		}
		if _, err := read(cmsg.Native, got); err != nil {
			t.Errorf("room for %d bytes: got error %v, want the kernel's buffer well-formed", room, err)
		}
	}
}

// closeAll closes descriptors that must be open and returns their number.
func closeAll(t *testing.T, fds []int) int {
	t.Helper()
	for _, fd := range fds {
		if err := unix.Close(fd); err != nil {
			t.Errorf("descriptor %d: %v", fd, err)
		}
	}
	return len(fds)
}

func TestKernelUnderstandsUcredAndTimes(t *testing.T) {
	times := map[int]func(*cmsg.Reader) (int64, int64, error){
		unix.SO_TIMESTAMP:   (*cmsg.Reader).Timeval,
		unix.SO_TIMESTAMPNS: (*cmsg.Reader).Timespec,
	}
	for option, decode := range times {
		a, b := testutil.RawPair(t)
		for _, o := range []int{option, unix.SO_PASSCRED} {
			if err := unix.SetsockoptInt(b, unix.SOL_SOCKET, o, 1); err != nil {
				t.Fatal(err)
			}
		}
		me := cmsg.Ucred{PID: int32(os.Getpid()), UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
		oob, err := cmsg.AppendUcred(nil, unix.SOL_SOCKET, unix.SCM_CREDENTIALS, me)
		if err != nil {
			t.Fatal(err)
		}
		before := time.Now().Truncate(time.Microsecond)
		got, _ := transfer(t, a, b, oob, 200)
		cred, at := credAndTime(t, got, option, decode)
		if cred != me {
			t.Errorf("got %+v, want %+v", cred, me)
		}
		if at.Before(before.Add(-time.Minute)) || at.After(time.Now().Add(time.Minute)) {
			t.Errorf("got time %v, want about %v", at, before)
		}
	}
}

// credAndTime reads both messages; a timestamp's type is its option's number.
func credAndTime(t *testing.T, b []byte, typ int, decode func(*cmsg.Reader) (int64, int64, error)) (u cmsg.Ucred, at time.Time) {
	t.Helper()
	r := cmsg.NewReader(b)
	for r.Next() {
		var err error
		switch r.Type() {
		case unix.SCM_CREDENTIALS:
			u, err = r.Ucred()
		case typ:
			var sec, nsec int64
			sec, nsec, err = decode(&r)
			at = time.Unix(sec, nsec)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if r.Err() != nil {
		t.Error(r.Err())
	}
	return u, at
}
