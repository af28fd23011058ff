package uds_test

import (
	"errors"
	"syscall"
	"testing"

	"example.com/uds"
)

// The message that a SendBatch failed at moved no bytes, whatever its N was.
func TestSendBatchSetsTheNOfTheMessageThatFailed(t *testing.T) {
	seq, _ := seqPair(t)
	dgram, _ := dgramPair(t)
	for name, c := range map[string]msgConn{"SeqConn": seq, "DgramConn": dgram} {
		huge := make([]byte, 64<<20)
		ms := []uds.Message{{Buffers: buffers(1), N: 99}, {Buffers: [][]byte{huge}, N: 99}, {Buffers: buffers(1)}}
		n, err := c.SendBatch(ms)
		if n != 1 || !errors.Is(err, syscall.EMSGSIZE) || ms[0].N != 1 || ms[1].N != 0 {
			t.Errorf("%s: got %d, %v and N %d and %d, want 1, EMSGSIZE, 1 and 0", name, n, err, ms[0].N, ms[1].N)
		}
	}
}
