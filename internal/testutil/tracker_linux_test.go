package testutil

import (
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTrackerForgetsWhatIsClosed(t *testing.T) {
	var tr Tracker
	fd := openSocket(t)
	defer unix.Close(fd)
	tr.Opened(fd)
	if got := tr.where(fd); !strings.Contains(got, "TestTrackerForgetsWhatIsClosed") {
		t.Errorf("where: got %q, want it to name this test", got)
	}
	tr.Closed(fd)
	if got := tr.where(fd); got != "" {
		t.Errorf("where after Closed: got %q, want nothing", got)
	}
}

// A descriptor that left the tracked layer is closed unseen, and its number reused.
func TestTrackerDoesNotBlameAReusedNumber(t *testing.T) {
	var tr Tracker
	fd := openSocket(t)
	tr.Opened(fd)
	other := openSocket(t)
	if err := unix.Dup3(other, fd, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	unix.Close(other)
	defer unix.Close(fd)
	if got := tr.where(fd); got != "" {
		t.Errorf("got %q, want nothing: the number means another socket", got)
	}
}

func TestTrackerIsSafeForConcurrentUse(t *testing.T) {
	var tr Tracker
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
				if err != nil {
					t.Error(err)
					return
				}
				tr.Opened(fd)
				tr.where(fd)
				tr.Closed(fd)
				unix.Close(fd)
			}
		})
	}
	wg.Wait()
	if len(tr.open) != 0 {
		t.Errorf("got %d open descriptors, want 0", len(tr.open))
	}
}
