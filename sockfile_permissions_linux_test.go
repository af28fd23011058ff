package uds_test

import (
	"context"
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

func TestSockfileReadOnlyFileSystem(t *testing.T) {
	testutil.RequireRoot(t)
	dir := testutil.ShortDir(t)
	if err := unix.Mount("uds", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("needs to mount a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := dir + "/s"
	stale(t, unix.SOCK_STREAM, path)
	if err := unix.Mount("uds", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	before := listing(t, dir)
	for network, open := range openers {
		_, err := open(&uds.ListenConfig{}, dir+"/new")
		isErr(t, network, err, syscall.EROFS)
		_, err = open(&uds.ListenConfig{Existing: uds.ExistingRemoveStale}, dir+"/new")
		isErr(t, network+", remove stale", err, syscall.EROFS)
		_, err = open(&uds.ListenConfig{Existing: uds.ExistingRemoveStale}, path)
		isErr(t, network+", remove stale, dead", err, syscall.EROFS)
		if network != "unixgram" {
			_, err = open(&uds.ListenConfig{Existing: uds.ExistingReplace}, path)
			isErr(t, network+", replace", err, syscall.EROFS)
		}
	}
	if after := listing(t, dir); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}

// An ordinary user in directories that forbid something.
func TestSockfilePermissions(t *testing.T) {
	dir := testutil.ShortDir(t)
	cmd := testutil.Child(t, "sockfile-permissions", "DIR="+dir)
	if os.Geteuid() == 0 {
		stale(t, unix.SOCK_SEQPACKET, dir+"/others")
		must(t, os.Chmod(dir+"/others", 0o755))
		chown(t, dir, testutil.Nobody)
		testutil.AsNobody(t, cmd)
	}
	mustRun(t, cmd)
}

func init() { testutil.RegisterChild("sockfile-permissions", permissionsChild) }

func permissionsChild() {
	dir := os.Getenv("DIR")
	for _, c := range []struct {
		name              string
		mode              os.FileMode
		fail, stale, repl error
	}{
		{"all", 0o700, nil, nil, nil},
		{"unreadable", 0o300, nil, syscall.EACCES, syscall.EACCES},
		{"unwritable", 0o500, syscall.EACCES, syscall.EACCES, syscall.EACCES},
		{"not to be entered", 0o600, syscall.EACCES, syscall.EACCES, syscall.EACCES},
	} {
		sub := dir + "/" + c.name
		check(os.Mkdir(sub, 0o700))
		check(os.Chmod(sub, c.mode))
		for network, open := range openers {
			for existing, want := range map[uds.ExistingPolicy]error{uds.ExistingFail: c.fail, uds.ExistingRemoveStale: c.stale, uds.ExistingReplace: c.repl} {
				if network == "unixgram" && existing == uds.ExistingReplace {
					continue
				}
				closeSocket, err := open(&uds.ListenConfig{Existing: existing, Mode: 0o600}, sub+"/s")
				if !errors.Is(err, want) {
					check(fmt.Errorf("%s, %s, policy %d: got %v, want %v", c.name, network, existing, err, want))
				}
				if err == nil {
					check(closeSocket())
				}
			}
		}
		check(os.Chmod(sub, 0o700))
		check(os.Remove(sub)) // nothing is left in it
	}
	if _, err := os.Lstat(dir + "/others"); err == nil { // root's, dead, mode 0755
		_, err := (&uds.ListenConfig{Existing: uds.ExistingRemoveStale}).ListenSeq(context.Background(), dir+"/others")
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "may be in use (connect: permission denied)") {
			check(fmt.Errorf("a dead socket that must not be asked: got %v, want EADDRINUSE", err))
		}
	}
}
