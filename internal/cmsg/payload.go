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
func (r *Reader) Ucred() (Ucred, error) {
	if len(r.data) != ucredBytes {
		return Ucred{}, &ValueError{"ucred size", int64(len(r.data)), "12"}
	}
	return Ucred{
		PID: int32(r.layout.uint32(r.data[0:])),
		UID: r.layout.uint32(r.data[4:]),
		GID: r.layout.uint32(r.data[8:]),
	}, nil
}

// Timeval returns the payload of SCM_TIMESTAMP, seconds and microseconds, in
// the terms of time.Unix. The payload is two 64-bit or two 32-bit integers, as
// on Linux; another size, or microseconds outside a second, is a
// [*ValueError].
func (r *Reader) Timeval() (sec, nsec int64, err error) {
	sec, usec, err := r.timePair("timeval", 1e6-1, "0 to 999999")
	return sec, usec * 1000, err
}

// Timespec is [Reader.Timeval] for seconds and nanoseconds, the payload of
// SCM_TIMESTAMPNS.
func (r *Reader) Timespec() (sec, nsec int64, err error) {
	return r.timePair("timespec", 1e9-1, "0 to 999999999")
}

// timePair returns the two integers of the payload, the second of them between
// 0 and limit.
func (r *Reader) timePair(name string, limit int64, allowed string) (sec, frac int64, err error) {
	switch l, d := r.layout, r.data; len(d) {
	case 16:
		sec, frac = int64(l.uint64(d)), int64(l.uint64(d[8:]))
	case 8:
		sec, frac = int64(int32(l.uint32(d))), int64(int32(l.uint32(d[4:])))
	default:
		return 0, 0, &ValueError{name + " size", int64(len(d)), "8 or 16"}
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
