package uds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// listing is all that is below a directory, with inode numbers and contents.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		data := ""
		if info.Mode().IsRegular() {
			p, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			data = string(p)
		}
		fmt.Fprintln(&b, path, info.Mode(), info.Sys().(*syscall.Stat_t).Ino, data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

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

// check ends a child on an error.
func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
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

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}
