package cmsg_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
	"github.com/google/go-cmp/cmp"
)

// FuzzReader holds Reader and Rights of every layout to the reference.
func FuzzReader(f *testing.F) {
	for _, l := range layouts {
		b := l.padded(l.message(solSocket, scmCreds, l.ints(1, 2, 3)))
		f.Add(slices.Concat(b, l.raw(uint64(l.headerBytes)+100, solSocket, scmRights, l.ints(3, 4))))
		f.Add(slices.Concat(b, l.raw(1, solSocket, scmRights, l.ints(3, 4))))
		f.Add(slices.Concat(b, []byte{1, 2, 3}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range layouts {
			checkReader(t, l, b)
			got := slices.Collect(l.Rights(b, solSocket, scmRights))
			if want := refRights(l, b, solSocket, scmRights); !slices.Equal(got, want) {
				t.Errorf("%s: rights: got %v, want %v", l.name, got, want)
			}
		}
	})
}

func checkReader(t *testing.T, l namedLayout, b []byte) {
	t.Helper()
	got, err := read(l.Layout, b)
	want, bad := refRead(l, b)
	wantMessages(t, l.name, got, want)
	var wantErr error
	if bad >= 0 {
		e := &cmsg.FormatError{Offset: bad, Min: l.headerBytes, Left: len(b) - bad}
		if e.Left >= e.Min {
			e.Len = l.number(b[bad : bad+l.lenBytes])
		}
		wantErr = e
	}
	if diff := cmp.Diff(wantErr, err); diff != "" {
		t.Errorf("%s: error (-want +got):\n%s", l.name, diff)
	}
	for _, m := range got {
		checkPayload(t, l, m)
	}
}

// checkPayload holds the decoders to the reference where they succeed.
func checkPayload(t *testing.T, l namedLayout, m message) {
	t.Helper()
	r := l.only(m.Data)
	if got, want := slices.Collect(r.Ints()), refInts(l, m.Data); !slices.Equal(got, want) {
		t.Errorf("%s: ints: got %v, want %v", l.name, got, want)
	}
	u, err := r.Ucred()
	if err == nil {
		want := []int{int(u.PID), int(int32(u.UID)), int(int32(u.GID))}
		if got := refInts(l, m.Data); !slices.Equal(got, want) {
			t.Errorf("%s: ucred: got %v, want %v", l.name, want, got)
		}
	}
	if (err == nil) != (len(m.Data) == 12) {
		t.Errorf("%s: ucred of %d bytes: got error %v", l.name, len(m.Data), err)
	}
	if _, nsec, err := r.Timeval(); nsec < 0 || nsec > 999999000 || err != nil && nsec != 0 {
		t.Errorf("%s: timeval: got %d nanoseconds, error %v", l.name, nsec, err)
	}
	if _, nsec, err := r.Timespec(); nsec < 0 || nsec > 999999999 || err != nil && nsec != 0 {
		t.Errorf("%s: timespec: got %d nanoseconds, error %v", l.name, nsec, err)
	}
}

// FuzzAppendRead reads what was appended, in every layout, whether or not the
// padding of the first message is there when the second is appended.
func FuzzAppendRead(f *testing.F) {
	f.Add(int32(1), int32(1), []byte("data"), int32(1), int32(2), []byte{1, 0, 0, 0}, true)
	f.Add(int32(-1), int32(math.MaxInt32), []byte{}, int32(math.MinInt32), int32(0), []byte("odd"), false)
	f.Fuzz(func(t *testing.T, level1, typ1 int32, data1 []byte, level2, typ2 int32, data2 []byte, strip bool) {
		for _, l := range layouts {
			b := bytes.Repeat([]byte{0xff}, 256)[:0] // dirty
			b = mustAppend(t, l, b, int(level1), int(typ1), data1)
			if strip {
				b = b[:l.Len(len(data1))]
			}
			ints := refInts(l, data2)
			b = mustAppend(t, l, b, int(level2), int(typ2), data2)
			b, err := l.AppendInts(b, int(level2), int(typ2), ints)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(l.Layout, b)
			if err != nil {
				t.Errorf("%s: %v", l.name, err)
			}
			wantMessages(t, l.name, got, []message{
				{int(level1), int(typ1), data1},
				{int(level2), int(typ2), data2},
				{int(level2), int(typ2), data2[:4*len(ints)]},
			})
			if want := l.Space(len(data1)) + l.Space(len(data2)) + l.Space(4*len(ints)); len(b) != want {
				t.Errorf("%s: got %d bytes, want %d", l.name, len(b), want)
			}
		}
	})
}

func mustAppend(t *testing.T, l namedLayout, b []byte, level, typ int, data []byte) []byte {
	t.Helper()
	b, err := l.Append(b, level, typ, data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
