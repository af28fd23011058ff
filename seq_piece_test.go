//go:build linux

package uds_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

// pieceReader gives pieces of one size, each of one letter.
type pieceReader struct {
	letter byte
	left   int
}

const pieceSize = 32 << 10 // what ReadFrom asks for, or a part of it

func (r *pieceReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	return copy(p, bytes.Repeat([]byte{r.letter}, pieceSize)), nil
}

// ReadFrom is atomic a piece: others come between two pieces and never into one,
// however many messages the kernel makes it take.
func TestReadFromIsAtomicAPiece(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	must(t, a.SetWriteBuffer(1)) // The kernel's minimum: a piece is many messages.
	const pieces = 8
	done := make(chan error, 3)
	for _, letter := range []byte("xyz") {
		go func() {
			n, err := a.ReadFrom(&pieceReader{letter, pieces})
			if err == nil && n != pieces*pieceSize {
				err = fmt.Errorf("ReadFrom: got %d, want %d", n, pieces*pieceSize)
			}
			done <- err
		}()
	}
	p := make([]byte, pieceSize)
	for i := range 3 * pieces {
		_, err := io.ReadFull(b, p)
		must(t, err)
		if bytes.Count(p, p[:1]) != pieceSize {
			t.Fatalf("piece %d: got a mixture, want one caller's", i)
		}
	}
	must(t, errors.Join(<-done, <-done, <-done))
}
