package cmsg

import (
	"fmt"
	"math"
	"slices"
)

// Append appends a message with the given payload to the control buffer b and
// returns the longer buffer. Padding is zeroed; if the last message of b lacks
// its padding, Append adds it. Data must not lie in b's spare capacity.
//
// Level and typ must fit 32 bits, and the message the layout's length field;
// otherwise Append returns b as it was and a [*ValueError]. Append allocates
// only if b's spare capacity is too small, which [Layout.Space] tells.
func (l Layout) Append(b []byte, level, typ int, data []byte) ([]byte, error) {
	whole, payload, err := l.extend(b, level, typ, len(data))
	if err != nil {
		return b, err
	}
	copy(payload, data)
	return whole, nil
}

// AppendInts is [Layout.Append] with a payload of 32-bit integers, such as the
// descriptors of SCM_RIGHTS. An integer that does not fit 32 bits is a
// [*ValueError]. Descriptors stay the caller's.
func (l Layout) AppendInts(b []byte, level, typ int, ints []int) ([]byte, error) {
	for _, v := range ints {
		if err := checkInt32("integer", v); err != nil {
			return b, err
		}
	}
	whole, payload, err := l.extend(b, level, typ, 4*len(ints))
	if err != nil {
		return b, err
	}
	for i, v := range ints {
		l.putUint32(payload[4*i:], uint32(v))
	}
	return whole, nil
}

// AppendUcred is [Layout.Append] with u as the payload, for SCM_CREDENTIALS.
func (l Layout) AppendUcred(b []byte, level, typ int, u Ucred) ([]byte, error) {
	whole, payload, err := l.extend(b, level, typ, ucredBytes)
	if err != nil {
		return b, err
	}
	l.putUint32(payload[0:], uint32(u.PID))
	l.putUint32(payload[4:], u.UID)
	l.putUint32(payload[8:], u.GID)
	return whole, nil
}

// extend appends a message with a payload of size bytes to b. It returns the
// longer buffer and the part of it that is the payload, which is the caller's to
// fill. A negative size is one that overflowed.
func (l Layout) extend(b []byte, level, typ, size int) (whole, payload []byte, err error) {
	if err := checkInt32("level", level); err != nil {
		return nil, nil, err
	}
	if err := checkInt32("type", typ); err != nil {
		return nil, nil, err
	}
	if limit := l.maxPayload(len(b)); size < 0 || size > limit {
		return nil, nil, &ValueError{"payload size", int64(size), fmt.Sprintf("0 to %d", limit)}
	}
	start := l.align(len(b))
	end := start + l.Space(size)
	whole = slices.Grow(b, end-len(b))[:end]
	message := whole[start:]
	zero(whole[len(b):start])
	zero(message[l.headerBytes():l.Len(0)])
	zero(message[l.Len(size):])
	l.putHeader(message, header{uint64(l.Len(size)), int32(level), int32(typ)})
	return whole, message[l.Len(0):l.Len(size)], nil
}

// zero clears padding, which is so short that a call to the runtime costs more.
func zero(b []byte) {
	for i := range len(b) {
		b[i] = 0
	}
}

// maxPayload returns the size of the largest payload that can be appended to a
// buffer of bufBytes bytes: the message's length fits the length field, and the
// longer buffer's size an int.
func (l Layout) maxPayload(bufBytes int) int {
	room := math.MaxInt - bufBytes - 2*l.mask // padding before and behind
	if !l.wide {
		room = int(min(uint64(max(room, 0)), math.MaxUint32))
	}
	return room - l.Len(0)
}

func checkInt32(name string, v int) error {
	if v < math.MinInt32 || v > math.MaxInt32 {
		return &ValueError{name, int64(v), "-2147483648 to 2147483647"}
	}
	return nil
}
