package cmsg_test

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"testing"

	"example.com/uds/internal/cmsg"
	"github.com/google/go-cmp/cmp"
)

func TestAppendBytes(t *testing.T) {
	tests := []struct {
		layout cmsg.Layout
		want   []byte
	}{
		{cmsg.Linux64LE, []byte{17, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 'x', 0, 0, 0, 0, 0, 0, 0}},
		{cmsg.Linux64BE, []byte{0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe, 'x', 0, 0, 0, 0, 0, 0, 0}},
		{cmsg.Linux32LE, []byte{13, 0, 0, 0, 2, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 'x', 0, 0, 0}},
		{cmsg.Linux32BE, []byte{0, 0, 0, 13, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe, 'x', 0, 0, 0}},
		{cmsg.BSD64LE, []byte{17, 0, 0, 0, 2, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 'x', 0, 0, 0, 0, 0, 0, 0}},
		{cmsg.BSD64BE, []byte{0, 0, 0, 17, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 'x', 0, 0, 0, 0, 0, 0, 0}},
		{cmsg.NetBSDARM64, append([]byte{17, 0, 0, 0, 2, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 'x'}, make([]byte, 15)...)},
		{cmsg.Darwin, []byte{13, 0, 0, 0, 2, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 'x', 0, 0, 0}},
		{cmsg.AIX, []byte{0, 0, 0, 13, 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe, 'x'}},
	}
	for i, tt := range tests {
		t.Run(layouts[i].name, func(t *testing.T) {
			got, err := tt.layout.Append(nil, 0x102, -2, []byte("x"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Append (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendZeroesPadding(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		dirty := bytes.Repeat([]byte{0xff}, 256)
		got, err := l.Append(dirty[:0], 7, 8, []byte("abc"))
		if err != nil {
			t.Fatal(err)
		}
		if want := l.padded(l.message(7, 8, []byte("abc"))); !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	})
}

func TestAppendPadsBufferWithoutPadding(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		dirty := bytes.Repeat([]byte{0xff}, 256)
		b := append(dirty[:0], l.message(1, 2, []byte("a"))...)
		got, err := l.Append(b, 3, 4, []byte("b"))
		if err != nil {
			t.Fatal(err)
		}
		want := l.padded(append(l.padded(l.message(1, 2, []byte("a"))), l.message(3, 4, []byte("b"))...))
		if !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	})
}

func TestAppendGrowsBuffer(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := l.message(1, 2, []byte("a"))
		for n := range 600 {
			got, err := l.Append(b[:len(b):len(b)], 3, 4, make([]byte, n))
			if want := l.roundUp(len(b)) + l.roundUp(l.headerBytes+n); len(got) != want || err != nil {
				t.Errorf("payload of %d bytes: got %d, %v, want %d", n, len(got), err, want)
			}
		}
	})
}

func TestAppendInts(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		got, err := l.AppendInts(nil, 1, 2, []int{0, -1, 0x1020304, math.MaxInt32, math.MinInt32})
		if err != nil {
			t.Fatal(err)
		}
		want := l.padded(l.message(1, 2, l.ints(0, -1, 0x1020304, math.MaxInt32, math.MinInt32)))
		if !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	})
}

func TestAppendUcred(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		got, err := l.AppendUcred(nil, 1, 2, cmsg.Ucred{PID: 3, UID: math.MaxUint32, GID: 5})
		if err != nil {
			t.Fatal(err)
		}
		if want := l.padded(l.message(1, 2, l.ints(3, -1, 5))); !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	})
}

func TestAppendRefusesValuesBeyond32Bits(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("an int has 32 bits")
	}
	shift := 32 // not a constant: the test compiles on 32 bits
	big := 1<<shift | 3
	b := []byte("unchanged")
	appends := map[string]func() ([]byte, error){
		"level":   func() ([]byte, error) { return cmsg.Append(b, big, 0, nil) },
		"type":    func() ([]byte, error) { return cmsg.Append(b, 0, -big, nil) },
		"ints":    func() ([]byte, error) { return cmsg.AppendInts(b, big, 0, nil) },
		"integer": func() ([]byte, error) { return cmsg.AppendInts(b, 0, 0, []int{1, big}) },
		"ucred":   func() ([]byte, error) { return cmsg.AppendUcred(b, big, 0, cmsg.Ucred{}) },
	}
	for name, f := range appends {
		got, err := f()
		if _, ok := errors.AsType[*cmsg.ValueError](err); !ok {
			t.Errorf("%s: got error %v, want a *ValueError", name, err)
		}
		if string(got) != "unchanged" {
			t.Errorf("%s: got buffer %q, want it unchanged", name, got)
		}
	}
}

func TestValueErrorText(t *testing.T) {
	err := &cmsg.ValueError{Name: "level", Value: 1 << 40, Allowed: "-2147483648 to 2147483647"}
	if got, want := err.Error(), "cmsg: level 1099511627776: must be -2147483648 to 2147483647"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
