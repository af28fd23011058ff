package socket_test

import (
	"errors"
	"fmt"
	"net"
	"os"
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

// runInNamespace runs a registered child in a network namespace of its own, and
// returns what it printed. If it says that the kernel lacks something t is skipped.
func runInNamespace(t *testing.T, name string, env ...string) string {
	t.Helper()
	out, err := testutil.InOwnNetwork(t, testutil.Child(t, name, env...))
	if err != nil {
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
