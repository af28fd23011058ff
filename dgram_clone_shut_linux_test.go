package uds_test

import (
	"io"
	"testing"
)

// CloseRead ends the receives of clones, the ones in progress too.
func TestDgramCloseReadEndsTheReceivesOfAClone(t *testing.T) {
	a, _ := dgramPair(t)
	c := cloneDgram(t, a)
	done := make(chan error, 1)
	go func() {
		_, err := c.Recv(make([]byte, 1))
		done <- err
	}()
	must(t, a.CloseRead())
	if err := wantDone(t, done); err != io.EOF {
		t.Errorf("the one in progress: got %v, want the end", err)
	}
	if _, err := c.Recv(make([]byte, 1)); err != io.EOF {
		t.Errorf("a later one: got %v, want the end", err)
	}
}
