package testutil

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

func TestLeaveDescriptorsLeavesThatMany(t *testing.T) {
	before := FDCount(t)
	restore := LeaveDescriptors(2)
	defer restore()
	a, errA := os.Open(os.DevNull)
	b, errB := os.Open(os.DevNull)
	_, errC := os.Open(os.DevNull)
	restore()
	a.Close()
	b.Close()
	if errA != nil || errB != nil || !errors.Is(errC, syscall.EMFILE) {
		t.Errorf("got %v, %v, %v, want two files and EMFILE", errA, errB, errC)
	}
	if got := FDCount(t); got != before {
		t.Errorf("got %d descriptors after restore, want %d", got, before)
	}
}
