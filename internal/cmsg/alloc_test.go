package cmsg_test

import (
	"testing"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/testutil"
)

func wantAllocs(t *testing.T, what string, want float64, f func()) {
	t.Helper()
	testutil.RequireOptimised(t)
	if got := testing.AllocsPerRun(100, f); got != want {
		t.Errorf("%s: got %v allocations, want %v", what, got, want)
	}
}

func TestAppendAllocatesNothingWithinCapacity(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := make([]byte, 0, 2*l.Space(4)+l.Space(12))
		fds, data := []int{3}, []byte("data")
		wantAllocs(t, "Append, AppendInts, AppendUcred", 0, func() {
			out, err1 := l.Append(b, 1, 2, data)
			out, err2 := l.AppendInts(out, 1, 2, fds)
			out, err3 := l.AppendUcred(out, 1, 2, cmsg.Ucred{PID: 1})
			if len(out) != cap(b) || err1 != nil || err2 != nil || err3 != nil {
				t.Fatalf("got %d bytes, %v, %v, %v, want %d", len(out), err1, err2, err3, cap(b))
			}
		})
	})
}

func TestReaderAllocatesNothing(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := l.padded(l.message(solSocket, scmRights, l.ints(3, 4, 5)))
		b = append(b, l.padded(l.message(solSocket, scmCreds, l.ints(6, 7, 8)))...)
		b = append(b, l.message(solSocket, 29, l.words(9, 10))...)
		wantAllocs(t, "Reader", 0, func() {
			if got, want := sum(l.NewReader(b)), int64(3+4+5+6+9); got != want {
				t.Fatalf("got sum %d, want %d", got, want)
			}
		})
	})
}

// sum reads a buffer as a receiver does.
func sum(r cmsg.Reader) (s int64) {
	for r.Next() {
		switch r.Type() {
		case scmRights:
			for fd := range r.Ints() {
				s += int64(fd)
			}
		case scmCreds:
			u, _ := r.Ucred()
			s += int64(u.PID)
		default:
			sec, _, _ := r.Timeval()
			s += sec
		}
	}
	if r.Err() != nil {
		return -1
	}
	return s
}

func TestReaderAllocatesOnlyItsError(t *testing.T) {
	b := []byte("malformed")
	wantAllocs(t, "Reader", 1, func() {
		r := cmsg.NewReader(b)
		if r.Next() || r.Err() == nil {
			t.Fatal("got no error, want one")
		}
	})
}

func TestRightsAllocatesNothing(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		b := l.padded(l.message(solSocket, scmRights, l.ints(3, 4)))
		b = append(b, l.raw(1000, solSocket, scmRights, l.ints(5))...)
		wantAllocs(t, "Rights", 0, func() {
			n := 0
			for fd := range l.Rights(b, solSocket, scmRights) {
				n += fd
			}
			if n != 3+4+5 {
				t.Fatalf("got sum %d, want 12", n)
			}
		})
	})
}

func BenchmarkAppendRights(b *testing.B) {
	buf, fds := make([]byte, 0, cmsg.Space(12)), []int{3, 4, 5}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cmsg.AppendInts(buf, solSocket, scmRights, fds); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	buf, err1 := cmsg.AppendInts(nil, solSocket, scmRights, []int{3, 4, 5})
	buf, err2 := cmsg.AppendUcred(buf, solSocket, scmCreds, cmsg.Ucred{PID: 1})
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := sum(cmsg.NewReader(buf)); got != 13 {
			b.Fatalf("got sum %d, want 13", got)
		}
	}
}
