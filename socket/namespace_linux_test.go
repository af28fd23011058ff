package socket_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"example.com/uds/internal/testutil"
)

// inNamespace makes fn the program of a child that runNamespace starts.
func inNamespace(fn func() error) func() {
	return func() {
		err := fn()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			fmt.Print("SKIP ", err)
		case err != nil:
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// runInNamespace runs a registered child in a network namespace of its own, in
// which nothing is up, and returns what it printed. An ordinary user gets a
// user namespace too. Where the system allows neither t is skipped.
func runInNamespace(t *testing.T, name string, env ...string) string {
	t.Helper()
	cmd := testutil.Child(t, name, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if uid := os.Geteuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("needs a network namespace of its own, which this user may not make: %v", err)
	case err != nil:
		t.Fatalf("%v: %s", err, out)
	}
	if reason, ok := strings.CutPrefix(string(out), "SKIP "); ok {
		t.Skip(reason)
	}
	return string(out)
}

// indexOf is the index of an interface.
func indexOf(name string) (int, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	return ifi.Index, nil
}

// limitFiles keeps this process, a child, from opening more descriptors, until
// the returned function is called.
func limitFiles() (restore func()) { return limitFilesAbove(0) }

// limitFilesAbove is limitFiles with room for n more.
func limitFilesAbove(n uint64) (restore func()) {
	var old syscall.Rlimit
	must(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	f, err := os.Open("/proc/self/fd") // the first free number
	must(err)
	must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(f.Fd()) + n, Max: old.Max}))
	f.Close()
	return func() { must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) }
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
