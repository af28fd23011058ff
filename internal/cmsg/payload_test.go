package cmsg_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
)

// only returns a reader that stands at the only message, with this payload.
func (l namedLayout) only(payload []byte) *cmsg.Reader {
	r := l.NewReader(l.message(1, 1, payload))
	r.Next()
	return &r
}

// words is a payload of 64-bit integers.
func (l namedLayout) words(vs ...int64) (b []byte) {
	for _, v := range vs {
		b = append(b, l.bytes(uint64(v), 8)...)
	}
	return b
}

func wantValueError(t *testing.T, what string, err error) {
	t.Helper()
	if _, ok := errors.AsType[*cmsg.ValueError](err); !ok {
		t.Errorf("%s: got error %v, want a *ValueError", what, err)
	}
}

func TestInts(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		want := []int{0, -1, math.MaxInt32, math.MinInt32, 0x1020304}
		payload := l.ints(0, -1, math.MaxInt32, math.MinInt32, 0x1020304)
		for ragged := range 4 {
			got := slices.Collect(l.only(append(payload, "abc"[:ragged]...)).Ints())
			if !slices.Equal(got, want) {
				t.Errorf("%d bytes behind: got %v, want %v", ragged, got, want)
			}
		}
	})
}

func TestIntsStopsWhenTheLoopDoes(t *testing.T) {
	l := layouts[0]
	var got []int
	for v := range l.only(l.ints(1, 2, 3)).Ints() {
		got = append(got, v)
		if v == 2 {
			break
		}
	}
	if want := []int{1, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestUcred(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		got, err := l.only(l.ints(42, -1, -2)).Ucred()
		if want := (cmsg.Ucred{PID: 42, UID: math.MaxUint32, GID: math.MaxUint32 - 1}); got != want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	})
}

func TestUcredRefusesOtherSizes(t *testing.T) {
	l := layouts[0]
	for _, n := range []int{0, 8, 11, 13, 16} {
		_, err := l.only(make([]byte, n)).Ucred()
		wantValueError(t, "ucred", err)
	}
}

func TestTimes(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		check := func(what string, gotSec, gotNsec int64, err error, sec, nsec int64) {
			t.Helper()
			if gotSec != sec || gotNsec != nsec || err != nil {
				t.Errorf("%s: got %d, %d, %v, want %d, %d", what, gotSec, gotNsec, err, sec, nsec)
			}
		}
		sec, nsec, err := l.only(l.words(-5e9, 999999)).Timeval()
		check("timeval64", sec, nsec, err, -5e9, 999999000)
		sec, nsec, err = l.only(l.ints(-5, 999999)).Timeval()
		check("timeval32", sec, nsec, err, -5, 999999000)
		sec, nsec, err = l.only(l.words(5e9, 999999999)).Timespec()
		check("timespec64", sec, nsec, err, 5e9, 999999999)
		sec, nsec, err = l.only(l.ints(math.MaxInt32, 999999999)).Timespec()
		check("timespec32", sec, nsec, err, math.MaxInt32, 999999999)
	})
}

func TestTimesRefuseBadPayload(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for _, p := range [][]byte{nil, make([]byte, 7), make([]byte, 12), make([]byte, 17), l.words(1, -1), l.words(1, 1e9), l.ints(1, -1)} {
			_, _, err := l.only(p).Timeval()
			wantValueError(t, "timeval", err)
			_, _, err = l.only(p).Timespec()
			wantValueError(t, "timespec", err)
		}
		sec, nsec, err := l.only(l.words(1, 1e6)).Timeval()
		wantValueError(t, "a million microseconds", err)
		if sec != 0 || nsec != 0 {
			t.Errorf("got %d, %d with the error, want 0, 0", sec, nsec)
		}
	})
}
