package cmsg_test

import (
	"math"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
)

func TestRightsOfSeveralMessages(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := l.padded(l.message(solSocket, scmCreds, l.ints(100, 101, 102)))
		b = append(b, l.padded(l.message(solSocket, scmRights, l.ints(3)))...)
		b = append(b, l.padded(l.message(solSocket+1, scmRights, l.ints(103)))...)
		b = append(b, l.message(solSocket, scmRights, l.ints(4, 5))...)
		got := slices.Collect(l.Rights(b, solSocket, scmRights))
		if want := []int{3, 4, 5}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestRightsOfTruncatedBuffer(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		whole := l.padded(l.message(solSocket, scmRights, l.ints(3)))
		start := len(whole) + l.headerBytes
		whole = append(whole, l.message(solSocket, scmRights, l.ints(4, 5, 6))...)
		for n := l.roundUp(l.headerBytes + 4); n <= len(whole); n++ {
			want := []int{3, 4, 5, 6}[:1+max(0, (n-start)/4)]
			if got := slices.Collect(l.Rights(whole[:n], solSocket, scmRights)); !slices.Equal(got, want) {
				t.Errorf("cut to %d bytes: got %v, want %v", n, got, want)
			}
		}
	})
}

func TestRightsClipsAbsurdLength(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for _, length := range []uint64{math.MaxInt32, math.MaxUint32, math.MaxInt64, math.MaxUint64} {
			if l.lenBytes == 4 {
				length = uint64(uint32(length))
			}
			b := l.raw(length, solSocket, scmRights, l.ints(3, 4))
			if got, want := slices.Collect(l.Rights(b, solSocket, scmRights)), []int{3, 4}; !slices.Equal(got, want) {
				t.Errorf("length %d: got %v, want %v", length, got, want)
			}
		}
	})
}

func TestRightsStopsAtLengthBelowHeader(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for length := range uint64(l.headerBytes) {
			b := l.padded(l.message(solSocket, scmRights, l.ints(3)))
			b = append(b, l.raw(length, solSocket, scmRights, l.ints(4, 5))...)
			if got, want := slices.Collect(l.Rights(b, solSocket, scmRights)), []int{3}; !slices.Equal(got, want) {
				t.Errorf("length %d: got %v, want %v", length, got, want)
			}
		}
	})
}

func TestRightsStopsWhenTheLoopDoes(t *testing.T) {
	b, err1 := cmsg.AppendInts(nil, solSocket, scmRights, []int{3, 4})
	b, err2 := cmsg.AppendInts(b, solSocket, scmRights, []int{5})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	var got []int
	cmsg.Rights(b, solSocket, scmRights)(func(fd int) bool {
		got = append(got, fd)
		return false
	})
	if want := []int{3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
