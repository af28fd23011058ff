package cmsg

import (
	"math"
	"testing"
)

// Payloads of this size cannot be allocated in a test, so it asks the helper.
func TestLargestPayloadFitsLengthField(t *testing.T) {
	for _, l := range []Layout{Linux64LE, Linux32LE, BSD64LE, NetBSDARM64, AIX} {
		for _, buf := range []int{0, 1, 1 << 20, math.MaxInt - 1000} {
			n := l.maxPayload(buf)
			if whole := uint64(l.align(buf)) + uint64(l.Space(n)); whole > math.MaxInt && l.wide {
				t.Errorf("%+v, buffer of %d: got %d bytes in all, want at most %d", l, buf, whole, math.MaxInt)
			}
			if length := uint64(l.Len(n)); !l.wide && length > math.MaxUint32 {
				t.Errorf("%+v, buffer of %d: got a length of %d, want at most %d", l, buf, length, uint32(math.MaxUint32))
			}
		}
	}
}

func TestExtendRefusesPayloadSize(t *testing.T) {
	sizes := []int{-1, math.MinInt, math.MaxInt, Linux32LE.maxPayload(0) + 1}
	for _, size := range sizes {
		if _, _, err := Linux32LE.extend(nil, 1, 1, size); err == nil {
			t.Errorf("payload of %d bytes: got no error, want one", size)
		}
	}
}
