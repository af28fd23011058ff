package uds

import (
	"io"
	"testing"
)

// own makes a pair that the test closes.
func own[C io.Closer](t *testing.T, pair func() (a, b C, err error)) (a, b C) {
	t.Helper()
	a, b, err := pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}
