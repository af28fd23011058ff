package uds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// The directory that the path leads to is exchanged for another between the
// lock and the bind. A socket in the first with the same name, of the same
// user, is neither given the mode nor removed.
func TestSockfileDirectoryExchangedMeanwhile(t *testing.T) {
	dir := testutil.ShortDir(t)
	cmd := testutil.Child(t, "sockfile-moved", "DIR="+dir)
	if os.Geteuid() == 0 { // who is told by the kernel which file it bound
		mustRun(t, cmd)
		dir = testutil.ShortDir(t)
		chown(t, dir, testutil.Nobody)
		cmd = testutil.Child(t, "sockfile-moved", "DIR="+dir)
		testutil.AsNobody(t, cmd)
	}
	mustRun(t, cmd)
}

func init() { testutil.RegisterChild("sockfile-moved", movedChild) }

func movedChild() {
	top := os.Getenv("DIR")
	for _, mode := range []os.FileMode{0, 0o777} {
		first, second, link := top+"/first", top+"/second", top+"/link"
		check(os.Mkdir(first, 0o700))
		check(os.Mkdir(second, 0o700))
		check(os.Symlink("first", link))
		other, err := (&uds.ListenConfig{Mode: 0o600}).ListenSeq(context.Background(), first+"/s")
		check(err)
		before, err := os.Lstat(first + "/s")
		check(err)
		l, err := listenWhileExchanged(&uds.ListenConfig{Existing: uds.ExistingRemoveStale, Mode: mode}, first, link)
		if l != nil {
			check(l.Close())
		}
		if mode == 0 {
			check(err)
		} else if err != nil && !errors.Is(err, syscall.ENOENT) {
			check(fmt.Errorf("got %v, want success or ENOENT", err))
		}
		after, err := os.Lstat(first + "/s")
		check(err)
		if !os.SameFile(before, after) || after.Mode() != before.Mode() {
			check(fmt.Errorf("got %v, want %v untouched", after, before))
		}
		check(other.Close())
		for _, path := range []string{link, first, second} {
			check(os.RemoveAll(path))
		}
	}
}

// listenWhileExchanged listens on link/s and makes the link lead to the other
// directory while the listen waits for the lock of the first.
func listenWhileExchanged(lc *uds.ListenConfig, first, link string) (l *uds.SeqListener, err error) {
	dir, err := os.Open(first)
	check(err)
	defer dir.Close()
	check(unix.Flock(int(dir.Fd()), unix.LOCK_EX))
	done := make(chan struct{})
	go func() {
		defer close(done)
		l, err = lc.ListenSeq(context.Background(), link+"/s")
	}()
	for opened(first) < 2 {
		time.Sleep(time.Millisecond) // nothing else tells that the directory is open
	}
	check(os.Remove(link))
	check(os.Symlink("second", link))
	check(unix.Flock(int(dir.Fd()), unix.LOCK_UN))
	<-done
	return l, err
}

// opened is how many descriptors of this process are open on a file.
func opened(path string) (n int) {
	fds, err := os.ReadDir("/proc/self/fd")
	check(err)
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && to == path {
			n++
		}
	}
	return n
}
