package cmsg_test

import (
	"bytes"
	"slices"
	"testing"

	"example.com/uds/internal/cmsg"
	"github.com/google/go-cmp/cmp"
)

type message struct {
	Level, Type int
	Data        []byte
}

// read returns what a Reader reads.
func read(l cmsg.Layout, b []byte) ([]message, error) {
	var ms []message
	r := l.NewReader(b)
	for r.Next() {
		ms = append(ms, message{r.Level(), r.Type(), r.Data()})
	}
	return ms, r.Err()
}

// wantMessages compares messages, and leaves only the report of a difference to
// cmp, which is slow on large payloads.
func wantMessages(t *testing.T, layout string, got, want []message) {
	t.Helper()
	same := func(a, b message) bool {
		return a.Level == b.Level && a.Type == b.Type && bytes.Equal(a.Data, b.Data)
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%s: messages (-want +got):\n%s", layout, cmp.Diff(want, got))
	}
}

// refRead is the slow readable form of a Reader: the messages of b, and the
// offset of the header that is malformed or -1.
func refRead(l namedLayout, b []byte) (ms []message, badOffset int) {
	for off := 0; off < len(b); {
		left := len(b) - off
		if left < l.headerBytes {
			return ms, off
		}
		length := l.number(b[off : off+l.lenBytes])
		if length < uint64(l.headerBytes) || length > uint64(left) {
			return ms, off
		}
		ms = append(ms, message{
			Level: l.int32(b[off+l.lenBytes:]),
			Type:  l.int32(b[off+l.lenBytes+4:]),
			Data:  b[off+l.headerBytes : off+int(length)],
		})
		off = l.roundUp(off + int(length))
	}
	return ms, -1
}

// refRights is the slow readable form of Rights: refRead, and then the
// descriptors of a last message that claims to go beyond the buffer.
func refRights(l namedLayout, b []byte, level, typ int) (fds []int) {
	ms, bad := refRead(l, b)
	if bad >= 0 && len(b)-bad >= l.headerBytes && l.number(b[bad:bad+l.lenBytes]) > uint64(len(b)-bad) {
		ms = append(ms, message{
			Level: l.int32(b[bad+l.lenBytes:]),
			Type:  l.int32(b[bad+l.lenBytes+4:]),
			Data:  b[bad+l.headerBytes:],
		})
	}
	for _, m := range ms {
		if m.Level == level && m.Type == typ {
			fds = append(fds, refInts(l, m.Data)...)
		}
	}
	return fds
}

func refInts(l namedLayout, b []byte) (vs []int) {
	for i := 0; i+4 <= len(b); i += 4 {
		vs = append(vs, l.int32(b[i:]))
	}
	return vs
}

func (l namedLayout) int32(b []byte) int {
	return int(int32(uint32(l.number(b[:4]))))
}
