package socket_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"example.com/uds/internal/testutil"
)

// registerInNamespace makes f the program of a child that runInNamespace starts.
// What the kernel lacks for it skips the test.
func registerInNamespace(name string, f func(*rtnl) error) {
	testutil.RegisterSilent(name, func() error {
		r, err := openRtnl()
		if err != nil {
			return err
		}
		defer r.s.Close()
		err = f(r)
		if errors.Is(err, errors.ErrUnsupported) {
			return testutil.Skipf("%v", err)
		}
		return err
	})
}

// runInNamespace runs a registered child in a network namespace of its own.
func runInNamespace(t *testing.T, name string, env ...string) {
	t.Helper()
	testutil.RunSilent(t, testutil.InOwnNetwork(t, testutil.Child(t, name, env...)))
}

// cable makes v0 and v1, which are the ends of a cable, with the addresses at v0.
func cable(r *rtnl, addrs ...string) error {
	if err := r.addVeth("v0", "v1"); err != nil {
		return err
	}
	if err := r.up("lo"); err != nil {
		return err
	}
	for _, a := range addrs {
		if err := r.addAddr("v0", netip.MustParsePrefix(a)); err != nil {
			return err
		}
	}
	return nil
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
