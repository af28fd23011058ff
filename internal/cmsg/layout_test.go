package cmsg_test

import "testing"

func TestLenIsHeaderPaddingAndPayload(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for n := range 100 {
			if got, want := l.Len(n), l.headerBytes+n; got != want {
				t.Errorf("Len(%d): got %d, want %d", n, got, want)
			}
		}
	})
}

func TestSpaceIsLenRoundedUp(t *testing.T) {
	forEachLayout(t, func(t *testing.T, l namedLayout) {
		for n := range 100 {
			if got, want := l.Space(n), l.roundUp(l.headerBytes+n); got != want {
				t.Errorf("Space(%d): got %d, want %d", n, got, want)
			}
		}
	})
}
