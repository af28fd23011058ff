package uds_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// At the limit of descriptors a bind fails with EMFILE and leaves nothing, or
// works, and then Close removes the file.
func TestSockfileWithoutDescriptors(t *testing.T) {
	dir := testutil.ShortDir(t)
	cmd := testutil.Child(t, "sockfile-descriptors", "DIR="+dir)
	mustRun(t, cmd)
	if os.Geteuid() == 0 {
		chown(t, dir, testutil.Nobody)
		cmd := testutil.Child(t, "sockfile-descriptors", "DIR="+dir)
		testutil.AsNobody(t, cmd)
		mustRun(t, cmd)
	}
}

func init() { testutil.RegisterChild("sockfile-descriptors", descriptorsChild) }

func descriptorsChild() {
	dir := os.Getenv("DIR")
	r, w, err := os.Pipe() // the runtime makes its own descriptors
	check(err)
	defer r.Close()
	defer w.Close()
	for network, open := range openers {
		for _, existing := range []uds.ExistingPolicy{uds.ExistingFail, uds.ExistingRemoveStale, uds.ExistingReplace} {
			if network == "unixgram" && existing == uds.ExistingReplace {
				continue
			}
			for free := 0; !bindWith(open, existing, dir, free); free++ {
				if free > 20 {
					check(fmt.Errorf("%s, policy %d: does not work with %d descriptors", network, existing, free))
				}
			}
		}
	}
}

// bindWith binds with so many descriptors to be had, over a dead socket if the
// policy copes with it, and says whether it worked.
func bindWith(open open, existing uds.ExistingPolicy, dir string, free int) bool {
	path := dir + "/s"
	if existing != uds.ExistingFail {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		check(err)
		check(unix.Bind(fd, &unix.SockaddrUnix{Name: path}))
		unix.Close(fd)
	}
	restore := testutil.LeaveDescriptors(free)
	closeSocket, err := open(&uds.ListenConfig{Existing: existing, Mode: 0o600}, path)
	if err != nil && !errors.Is(err, syscall.EMFILE) {
		check(fmt.Errorf("policy %d, %d descriptors: got %v, want EMFILE", existing, free, err))
	}
	if err == nil {
		check(closeSocket())
	}
	restore()
	if err != nil && existing != uds.ExistingFail {
		check(os.Remove(path))
	}
	left, _ := os.ReadDir(dir)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), ".uds-") || e.Name() == "s" {
			check(fmt.Errorf("policy %d, %d descriptors: %s is left", existing, free, e.Name()))
		}
	}
	return err == nil
}
