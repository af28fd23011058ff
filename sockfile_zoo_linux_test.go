package uds_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// animal is something at or around the path s of a directory.
type animal struct {
	name  string
	make  func(t *testing.T, dir string)
	path  string // "": s in the directory
	dial  error  // nil: it works
	fail  error  // of ExistingFail; nil: it works
	stale error
	repl  error
}

var zoo = []animal{
	{name: "regular file", make: func(t *testing.T, dir string) { write(t, dir+"/s", "data") },
		dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "directory", make: func(t *testing.T, dir string) { mkdir(t, dir+"/s"); write(t, dir+"/s/f", "data") },
		dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "dangling link", make: func(t *testing.T, dir string) { symlink(t, dir+"/nothing", dir+"/s") },
		dial: syscall.ENOENT, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "link to a live socket", make: func(t *testing.T, dir string) {
		other := testutil.SocketPath(t)
		fd := bareSocket(t, unix.SOCK_SEQPACKET, other)
		t.Cleanup(func() {
			inode(t, other) // it is still there
			unix.Close(fd)
		})
		symlink(t, other, dir+"/s")
	}, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "link to a dead socket", make: func(t *testing.T, dir string) {
		other := testutil.SocketPath(t)
		stale(t, unix.SOCK_SEQPACKET, other)
		t.Cleanup(func() { inode(t, other) })
		symlink(t, other, dir+"/s")
	}, dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "FIFO", make: func(t *testing.T, dir string) {
		if err := unix.Mkfifo(dir+"/s", 0o600); err != nil {
			t.Fatal(err)
		}
	}, dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "missing directory", path: "missing/s",
		dial: syscall.ENOENT, fail: syscall.ENOENT, stale: syscall.ENOENT, repl: syscall.ENOENT},
	{name: "a file for a directory", make: func(t *testing.T, dir string) { write(t, dir+"/f", "data") }, path: "f/s",
		dial: syscall.ENOTDIR, fail: syscall.ENOTDIR, stale: syscall.ENOTDIR, repl: syscall.ENOTDIR},
	{name: "slash at the end", make: func(t *testing.T, dir string) { mkdir(t, dir+"/d") }, path: "d/",
		dial: syscall.ECONNREFUSED, fail: syscall.EINVAL, stale: syscall.EINVAL, repl: syscall.EINVAL},
	{name: "dot", path: ".",
		dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "dot dot", path: "..",
		dial: syscall.ECONNREFUSED, fail: syscall.EADDRINUSE, stale: syscall.EADDRINUSE, repl: syscall.EADDRINUSE},
	{name: "directory by a link", make: func(t *testing.T, dir string) { mkdir(t, dir+"/d"); symlink(t, "d", dir+"/l") }, path: "l/s", dial: syscall.ENOENT},
	{name: "two slashes", make: func(t *testing.T, dir string) { mkdir(t, dir+"/d") }, path: "d//s", dial: syscall.ENOENT},
	{name: "link and dot dot", make: func(t *testing.T, dir string) {
		mkdir(t, dir+"/a")
		mkdir(t, dir+"/a/b")
		symlink(t, "a/b", dir+"/l")
	}, path: "l/../s", dial: syscall.ENOENT},
	{name: "link loop", make: func(t *testing.T, dir string) { symlink(t, "l", dir+"/l") }, path: "l/s",
		dial: syscall.ELOOP, fail: syscall.ELOOP, stale: syscall.ELOOP, repl: syscall.ELOOP},
}

// Whatever is at the path, a bind works or fails with a clear error, and nothing
// that was there is lost; the same for a dial.
func TestSockfileZoo(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, a := range zoo {
		for _, long := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/long %v", a.name, long), func(t *testing.T) { a.visit(t, long) })
		}
	}
}

// visit tries everything with the animal, in a directory whose path is long or
// not.
func (a *animal) visit(t *testing.T, long bool) {
	dir := testutil.ShortDir(t)
	if long {
		dir += "/" + strings.Repeat("d", 200)
		mkdir(t, dir)
	}
	if a.make != nil {
		a.make(t, dir)
	}
	path := dir + "/s"
	if a.path != "" {
		path = dir + "/" + a.path
	}
	before := listing(t, dir)
	c, err := uds.DialSeq(path)
	isErr(t, "dial", err, a.dial)
	if err == nil {
		c.Close()
	}
	for network, open := range openers {
		for existing, want := range map[uds.ExistingPolicy]error{uds.ExistingFail: a.fail, uds.ExistingRemoveStale: a.stale, uds.ExistingReplace: a.repl} {
			if network == "unixgram" && existing == uds.ExistingReplace {
				continue
			}
			what := fmt.Sprintf("%s, policy %d", network, existing)
			closeSocket, err := open(&uds.ListenConfig{Existing: existing}, path)
			isErr(t, what, err, want)
			if err == nil {
				if err := closeSocket(); err != nil {
					t.Errorf("%s: Close: %v", what, err)
				}
			}
			if after := listing(t, dir); after != before {
				t.Errorf("%s: directory got\n%s\nwant\n%s", what, after, before)
			}
		}
	}
}
