package cmsg_test

import (
	"errors"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
)

// cut returns what Cut cuts off a buffer, and whether all of it was messages.
func cut(b []byte) (ms []message, whole bool) {
	for len(b) > 0 {
		level, typ, data, rest, ok := cmsg.Cut(b)
		if !ok {
			return ms, false
		}
		ms, b = append(ms, message{level, typ, data}), rest
	}
	return ms, true
}

// FuzzCut holds Cut to a Reader of the system's layout, and the decoders of
// payloads to a Reader's.
func FuzzCut(f *testing.F) {
	b, err := cmsg.AppendInts(nil, solSocket, scmRights, []int{3, 4, 5})
	if err != nil {
		f.Fatal(err)
	}
	creds, err := cmsg.AppendUcred(nil, solSocket, scmCreds, cmsg.Ucred{PID: 1, UID: 2, GID: 3})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(slices.Concat(creds, b))
	f.Add(slices.Concat(creds, b[:len(b)-1]))
	f.Add(slices.Concat(b, []byte{1, 2, 3}))
	f.Add(slices.Concat(b, make([]byte, cmsg.Space(0))))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, whole := cut(b)
		want, err := read(cmsg.Native, b)
		wantMessages(t, "Native", got, want)
		if whole != (err == nil) {
			t.Errorf("got all messages %t, want error %v", whole, err)
		}
		for _, m := range got {
			checkDecoders(t, m.Data)
		}
	})
}

// checkDecoders holds the decoders of a payload to a Reader's.
func checkDecoders(t *testing.T, data []byte) {
	t.Helper()
	b, err := cmsg.Append(nil, 1, 1, data)
	if err != nil {
		t.Fatal(err)
	}
	r := cmsg.NewReader(b)
	r.Next()
	if got, want := cmsg.IntsOf([]int{7}, data), append([]int{7}, slices.Collect(r.Ints())...); !slices.Equal(got, want) {
		t.Errorf("ints: got %v, want %v", got, want)
	}
	got, err := cmsg.UcredOf(data)
	if want, wantErr := r.Ucred(); got != want || !sameError(err, wantErr) {
		t.Errorf("ucred: got %v, %v, want %v, %v", got, err, want, wantErr)
	}
	sec, nsec, err := cmsg.TimevalOf(data)
	if wantSec, wantNsec, wantErr := r.Timeval(); sec != wantSec || nsec != wantNsec || !sameError(err, wantErr) {
		t.Errorf("timeval: got %d, %d, %v, want %d, %d, %v", sec, nsec, err, wantSec, wantNsec, wantErr)
	}
	sec, nsec, err = cmsg.TimespecOf(data)
	if wantSec, wantNsec, wantErr := r.Timespec(); sec != wantSec || nsec != wantNsec || !sameError(err, wantErr) {
		t.Errorf("timespec: got %d, %d, %v, want %d, %d, %v", sec, nsec, err, wantSec, wantNsec, wantErr)
	}
}

// sameError reports whether two errors of decoders are both none or alike.
func sameError(a, b error) bool {
	x, isX := errors.AsType[*cmsg.ValueError](a)
	y, isY := errors.AsType[*cmsg.ValueError](b)
	return isX == isY && (a == nil) == (b == nil) && (!isX || *x == *y)
}

func TestCutAllocatesNothing(t *testing.T) {
	b, err := cmsg.AppendInts(nil, solSocket, scmRights, []int{3, 4, 5})
	if err != nil {
		t.Fatal(err)
	}
	ints := make([]int, 0, 3)
	wantAllocs(t, "Cut", 0, func() {
		_, _, data, rest, ok := cmsg.Cut(b)
		if ints = cmsg.IntsOf(ints[:0], data); len(ints) != 3 || len(rest) != 0 || !ok {
			t.Fatalf("got %v, %d bytes left, %t", ints, len(rest), ok)
		}
	})
}
