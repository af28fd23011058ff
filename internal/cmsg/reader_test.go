package cmsg_test

import (
	"errors"
	"math"
	"testing"

	"example.com/uds/internal/cmsg"
	"github.com/google/go-cmp/cmp"
)

var first = message{1, -2, []byte("payload")}

func TestReaderReadsMessages(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := l.padded(l.message(1, -2, []byte("payload")))
		b = append(b, l.padded(l.message(math.MaxInt32, math.MinInt32, nil))...)
		b = append(b, l.padded(l.message(5, 6, []byte("last")))...)
		got, err := read(l.Layout, b)
		if err != nil {
			t.Fatal(err)
		}
		want := []message{first, {math.MaxInt32, math.MinInt32, []byte{}}, {5, 6, []byte("last")}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
	})
}

func TestReaderEmptyBuffer(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for _, b := range [][]byte{nil, {}} {
			if got, err := read(l.Layout, b); got != nil || err != nil {
				t.Errorf("got %v, %v, want nothing", got, err)
			}
		}
	})
}

func TestReaderLastMessageWithoutPadding(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		exact := l.message(1, -2, []byte("payload"))
		for n := len(exact); n <= l.roundUp(len(exact)); n++ {
			got, err := read(l.Layout, l.padded(exact)[:n])
			if diff := cmp.Diff([]message{first}, got); diff != "" || err != nil {
				t.Errorf("%d bytes: got error %v, messages (-want +got):\n%s", n, err, diff)
			}
		}
	})
}

func TestReaderStopsAtMalformedHeader(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		good := l.padded(l.message(1, -2, []byte("payload")))
		head := uint64(l.headerBytes)
		tests := map[string]struct {
			tail    []byte
			wantLen uint64
		}{
			"zero length":           {l.raw(0, 1, 1, nil), 0},
			"length of a half":      {l.raw(head-1, 1, 1, []byte("x")), head - 1},
			"length beyond":         {l.raw(head+2, 1, 1, []byte("x")), head + 2},
			"largest 32-bit length": {l.raw(math.MaxUint32, 1, 1, nil), math.MaxUint32},
			"one byte":              {[]byte{1}, 0},
			"header less one byte":  {l.raw(head, 1, 1, nil)[:head-1], 0},
		}
		if l.lenBytes == 8 {
			tests["largest 64-bit length"] = struct {
				tail    []byte
				wantLen uint64
			}{l.raw(math.MaxUint64, 1, 1, nil), math.MaxUint64}
		}
		for name, tt := range tests {
			got, err := read(l.Layout, append(good[:len(good):len(good)], tt.tail...))
			if diff := cmp.Diff([]message{first}, got); diff != "" {
				t.Errorf("%s: messages (-want +got):\n%s", name, diff)
			}
			want := &cmsg.FormatError{Offset: len(good), Len: tt.wantLen, Min: l.headerBytes, Left: len(tt.tail)}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("%s: error (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestFormatErrorText(t *testing.T) {
	tests := []struct {
		err  cmsg.FormatError
		want string
	}{
		{cmsg.FormatError{Offset: 24, Len: 3, Min: 16, Left: 40}, "cmsg: length 3 at offset 24: must be 16 to 40"},
		{cmsg.FormatError{Offset: 24, Min: 16, Left: 5}, "cmsg: 5 bytes at offset 24: a header needs 16"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestReaderErrorIsSticky(t *testing.T) {
	r := cmsg.NewReader([]byte("x"))
	var first error
	for i := range 3 {
		if r.Next() {
			t.Fatal("got a message, want none")
		}
		if _, ok := errors.AsType[*cmsg.FormatError](r.Err()); !ok {
			t.Fatalf("got error %v, want a *FormatError", r.Err())
		}
		if i == 0 {
			first = r.Err()
		}
		if r.Err() != first {
			t.Errorf("got another error value, want the first: %v", first)
		}
	}
}

func TestReaderWithoutMessageIsZero(t *testing.T) {
	b, err := cmsg.Append(nil, 1, 2, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	r := cmsg.NewReader(b)
	check := func(when string) {
		if r.Level() != 0 || r.Type() != 0 || r.Data() != nil {
			t.Errorf("%s: got %d, %d, %v, want zero values", when, r.Level(), r.Type(), r.Data())
		}
	}
	check("before Next")
	for r.Next() {
	}
	check("at the end")
	if r.Next() || r.Err() != nil {
		t.Errorf("Next after the end: got a message or error %v, want neither", r.Err())
	}
}

func TestReaderDataHasNoSpareCapacity(t *testing.T) {
	b, err := cmsg.Append(make([]byte, 0, 100), 1, 2, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	r := cmsg.NewReader(b)
	r.Next()
	if got := cap(r.Data()); got != 1 {
		t.Errorf("got capacity %d, want 1", got)
	}
}
