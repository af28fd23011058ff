package cmsg

import "iter"

// A Ucred is a struct ucred of unix(7): who sent a message.
type Ucred struct {
	PID      int32
	UID, GID uint32
}

const ucredBytes = 12

// Ints returns the 32-bit integers of the payload, such as the descriptors of
// SCM_RIGHTS. Up to three bytes behind the last whole integer are ignored.
func (r *Reader) Ints() iter.Seq[int] { return r.layout.ints(r.data) }

// Ucred returns the payload of SCM_CREDENTIALS. A payload of another size than
// 12 bytes is a [*ValueError].
func (r *Reader) Ucred() (Ucred, error) { return r.layout.ucred(r.data) }

func (l Layout) ucred(b []byte) (Ucred, error) {
	if len(b) != ucredBytes {
		return Ucred{}, &ValueError{"ucred size", int64(len(b)), "12"}
	}
	return Ucred{
		PID: int32(l.uint32(b[0:])),
		UID: l.uint32(b[4:]),
		GID: l.uint32(b[8:]),
	}, nil
}

// Timeval returns the payload of SCM_TIMESTAMP, seconds and microseconds, in
// the terms of time.Unix. The payload is two 64-bit or two 32-bit integers, as
// on Linux; another size, or microseconds outside a second, is a
// [*ValueError].
func (r *Reader) Timeval() (sec, nsec int64, err error) { return r.layout.timeval(r.data) }

func (l Layout) timeval(b []byte) (sec, nsec int64, err error) {
	sec, usec, err := l.timePair(b, "timeval", 1e6-1, "0 to 999999")
	return sec, usec * 1000, err
}

// Timespec is [Reader.Timeval] for seconds and nanoseconds, the payload of
// SCM_TIMESTAMPNS.
func (r *Reader) Timespec() (sec, nsec int64, err error) { return r.layout.timespec(r.data) }

func (l Layout) timespec(b []byte) (sec, nsec int64, err error) {
	return l.timePair(b, "timespec", 1e9-1, "0 to 999999999")
}

// timePair returns the two integers of b, the second of them between 0 and
// limit.
func (l Layout) timePair(b []byte, name string, limit int64, allowed string) (sec, frac int64, err error) {
	switch len(b) {
	case 16:
		sec, frac = int64(l.uint64(b)), int64(l.uint64(b[8:]))
	case 8:
		sec, frac = int64(int32(l.uint32(b))), int64(int32(l.uint32(b[4:])))
	default:
		return 0, 0, &ValueError{name + " size", int64(len(b)), "8 or 16"}
	}
	if frac < 0 || frac > limit {
		return 0, 0, &ValueError{name + " fraction", frac, allowed}
	}
	return sec, frac, nil
}

// ints returns the whole 32-bit integers of b.
func (l Layout) ints(b []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; len(b) >= 4; b = b[4:] {
			if !yield(int(int32(l.uint32(b)))) {
				return
			}
		}
	}
}
