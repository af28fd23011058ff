//go:build unix

package uds

import (
	"testing"

	"example.com/uds/internal/sys"
)

// A tail that a Read left while a Detach waited for its turn keeps it from
// detaching: it is looked at again when no receive can leave one any more.
func TestDetachLooksAtTheTailInItsTurn(t *testing.T) {
	a, b := own(t, SeqPair)
	if err := b.detachable(); err != nil {
		t.Errorf("without a tail: %v", err)
	}
	if err := a.Send([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("got %d, %v, want 1", n, err)
	}
	if err := b.detachable(); !isErrno(err, sys.EBUSY) {
		t.Errorf("with a tail: got %v, want EBUSY", err)
	}
}
