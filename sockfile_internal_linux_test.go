package uds

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

// What stands between a look at a file and what is done to it: in the tests here
// the file is another by then, without a race.

// openDir opens the directory of a path that is free.
func openDir(t *testing.T) (d *sockDir, path string) {
	t.Helper()
	path = testutil.SocketPath(t)
	d, err := openSockDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d, path
}

// deadSocket leaves a socket file at a path that no process has open.
func deadSocket(t *testing.T, path string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
}

// statOf looks at a file of d.
func statOf(t *testing.T, d *sockDir, name string) sys.FileStat {
	t.Helper()
	st, e := sys.StatAt(d.fd, name)
	if e != 0 {
		t.Fatalf("stat of %s: %v", name, e)
	}
	return st
}

// other is the identity of a file that is none of a test's.
func other(t *testing.T, d *sockDir) sys.FileID { return statOf(t, d, ".").ID }

// Another file that was moved aside goes back to its name.
func TestSockfileMovedAsideGoesBack(t *testing.T) {
	d, path := openDir(t)
	deadSocket(t, path)
	mine := statOf(t, d, d.name).ID
	if e := sys.RenameNoReplace(d.fd, d.name, d.temp(0)); e != 0 {
		t.Fatal(e)
	}
	if err := d.drop(d.temp(0), d.name, other(t, d)); err != nil {
		t.Error(err)
	}
	if got := statOf(t, d, d.name).ID; got != mine {
		t.Errorf("got file %v, want %v", got, mine)
	}
	if _, e := sys.StatAt(d.fd, d.temp(0)); e != sys.ENOENT {
		t.Errorf("aside: got %v, want nothing", e)
	}
}

// A Close that has no descriptor to open the directory with leaves another's file.
func TestSockfileByPathLeavesAnothers(t *testing.T) {
	d, path := openDir(t)
	deadSocket(t, path)
	newSockFile(path, other(t, d)).removeByPath()
	mine := statOf(t, d, d.name).ID
	newSockFile(path, mine).removeByPath()
	if _, e := sys.StatAt(d.fd, d.name); e != sys.ENOENT {
		t.Errorf("got %v, want it gone", e)
	}
}

// A dead socket is not the one to remove if it is not the one that was looked at.
func TestSockfileDeadIsTheOneLookedAt(t *testing.T) {
	d, path := openDir(t)
	deadSocket(t, path)
	fd, e := sys.OpenPathNoFollow(d.fd, d.name)
	if e != 0 {
		t.Fatal(e)
	}
	defer sys.Close(fd)
	if err := checkDead(fd, other(t, d)); !isErrno(err, sys.EADDRINUSE) {
		t.Errorf("another: got %v, want EADDRINUSE", err)
	}
	if err := checkDead(fd, statOf(t, d, d.name).ID); err != nil {
		t.Errorf("the same: %v", err)
	}
}

// The lock ends with the bind, also while a child process that has not reached its
// execve(2) has the descriptor too.
func TestSockfileLockEndsWithTheBind(t *testing.T) {
	d, path := openDir(t)
	taken, err := openSockDir(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := taken.lock(t.Context(), lockToBind); err != nil {
		t.Fatal(err)
	}
	child, e := sys.Dup(taken.fd)
	if e != 0 {
		t.Fatal(e)
	}
	defer sys.Close(child)
	if e := sys.TryLock(d.fd); e != sys.EAGAIN {
		t.Errorf("meanwhile: got %v, want EAGAIN", e)
	}
	taken.close()
	if e := sys.TryLock(d.fd); e != 0 {
		t.Errorf("afterwards: %v", e)
	}
}

// A file that is to get its mode or owner is the one that was bound, and this
// user's.
func TestSockfileOwnIsTheOneBound(t *testing.T) {
	d, path := openDir(t)
	deadSocket(t, path)
	st := statOf(t, d, d.name)
	fd, err := d.openOwn(d.name, st)
	if err != nil {
		t.Fatal(err)
	}
	sys.Close(fd)
	another := st
	another.ID = other(t, d)
	if fd, err := d.openOwn(d.name, another); !errors.Is(err, fs.ErrNotExist) || fd != -1 {
		t.Errorf("another file: got %d, %v, want -1, ENOENT", fd, err)
	}
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(path, testutil.Nobody, -1); err != nil {
		t.Fatal(err)
	}
	if fd, err := d.openOwn(d.name, st); !errors.Is(err, fs.ErrNotExist) || fd != -1 {
		t.Errorf("another user's: got %d, %v, want -1, ENOENT", fd, err)
	}
}

// Where the kernel does not tell the file of a socket, it is what has the name, if
// that is a socket.
func TestSockfileBoundIsASocket(t *testing.T) {
	d, path := openDir(t)
	s, err := socket.New(sys.AFUnix, sys.SockSeqpacket, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if fd, _, err := d.bound(s, d.name); !errors.Is(err, fs.ErrNotExist) || fd != -1 {
		t.Errorf("a regular file: got %d, %v, want -1, ENOENT", fd, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	deadSocket(t, path)
	if fd, st, err := d.bound(s, d.name); err != nil || fd != -1 || st.ID != statOf(t, d, d.name).ID {
		t.Errorf("a socket: got %d, %v, %v, want -1 and the file", fd, st, err)
	}
}

// A file that is to have another owner is its first one's alone till then.
func TestSockfileOfAnotherOwnerBeginsNarrow(t *testing.T) {
	id := 1
	for _, lc := range []*ListenConfig{{Mode: 0o666, UID: &id}, {Mode: 0o666, GID: &id}, {Mode: 0o666, UID: &id, GID: &id}} {
		if o, err := lc.owner(); o.first != 0o600 || o.last != 0o666 || err != nil {
			t.Errorf("UID %v, GID %v: got modes %#o and %#o, %v, want 0600 and 0666", lc.UID, lc.GID, o.first, o.last, err)
		}
	}
	if o, err := (&ListenConfig{Mode: 0o640}).owner(); o.first != 0o640 || o.last != 0o640 || err != nil {
		t.Errorf("mode alone: got %#o and %#o, %v, want 0640 twice", o.first, o.last, err)
	}
}
