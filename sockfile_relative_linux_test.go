package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A path without a directory is relative to the current one; what changes that
// meanwhile does not mislead Close.
func TestSockfileRelativePath(t *testing.T) {
	dir := testutil.ShortDir(t)
	mustRun(t, testutil.Child(t, "sockfile-relative", "DIR="+dir))
}

func init() { testutil.RegisterChild("sockfile-relative", relativeChild) }

func relativeChild() {
	first, second := os.Getenv("DIR")+"/first", os.Getenv("DIR")+"/second"
	check(os.Mkdir(first, 0o700))
	check(os.Mkdir(second, 0o700))
	for network, open := range openers {
		for _, path := range []string{"s", "./s", "../first/s"} {
			check(os.Chdir(first))
			closeSocket, err := open(new(uds.ListenConfig), path)
			check(err)
			if network == "unixpacket" {
				c, err := uds.DialSeq(path)
				check(err)
				c.Close()
			}
			check(os.Chdir(second))
			check(os.WriteFile("s", nil, 0o600))
			check(closeSocket())
			check(os.Remove("s"))
			if _, err := os.Lstat(first + "/s"); !errors.Is(err, os.ErrNotExist) {
				check(fmt.Errorf("%s %s: got %v, want the file gone", network, path, err))
			}
		}
	}
	check(os.Chdir(first))
	check(os.Remove(first))
	if _, err := uds.ListenSeq("s"); !errors.Is(err, syscall.ENOENT) {
		check(fmt.Errorf("in a removed directory: got %v, want ENOENT", err))
	}
	if _, err := uds.DialSeq("s"); !errors.Is(err, syscall.ENOENT) {
		check(fmt.Errorf("dial in a removed directory: got %v, want ENOENT", err))
	}
}

// A directory that is removed, renamed or made anew while the socket is open:
// Close fails in nothing and removes nothing of others.
func TestSockfileDirectoryRemovedMeanwhile(t *testing.T) {
	testutil.CheckLeaks(t)
	for network, open := range openers {
		for _, existing := range []uds.ExistingPolicy{uds.ExistingFail, uds.ExistingRemoveStale} {
			top := testutil.ShortDir(t)
			dir := top + "/d"
			mkdir(t, dir)
			closeSocket, err := open(&uds.ListenConfig{Existing: existing}, dir+"/s")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			mkdir(t, dir)
			write(t, dir+"/s", "another's")
			before := listing(t, top)
			if err := closeSocket(); err != nil {
				t.Errorf("%s: Close: %v", network, err)
			}
			if after := listing(t, top); after != before {
				t.Errorf("%s: got\n%s\nwant\n%s", network, after, before)
			}
		}
	}
}
