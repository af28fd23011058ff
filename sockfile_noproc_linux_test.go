package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("sockfile-noproc", sockfileNoProcChild) }

// Without /proc what needs it is unsupported, rather than a file that is missing
// or an address in use, and leaves the files as they were; the rest works.
func TestSockfileWithoutProc(t *testing.T) {
	dir := testutil.ShortDir(t)
	stale(t, unix.SOCK_SEQPACKET, filepath.Join(dir, "dead"))
	runWithoutProc(t, "sockfile-noproc", dir)
}

func sockfileNoProcChild() {
	if !hideProc() {
		return
	}
	syscall.Umask(0o022)
	gid := os.Getegid()
	for _, c := range []struct {
		name  string
		lc    uds.ListenConfig
		works bool
	}{
		{"s", uds.ListenConfig{}, true},
		{"s", uds.ListenConfig{Mode: 0o600, GID: &gid, Existing: uds.ExistingRemoveStale}, true},
		{"s", uds.ListenConfig{Mode: 0o660}, false},
		{"s", uds.ListenConfig{Mode: 0o640, GID: &gid}, false},
		{"s", uds.ListenConfig{GID: &gid}, false},
		{"dead", uds.ListenConfig{Existing: uds.ExistingRemoveStale}, false},
	} {
		path := filepath.Join(os.Getenv("NO_PROC_DIR"), c.name)
		before := lstatInode(path)
		l, err := c.lc.ListenSeq(context.Background(), path)
		if err == nil {
			l.Close()
		}
		unsupported := errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrNotExist) && strings.Contains(fmt.Sprint(err), "/proc")
		if (err == nil) != c.works || !c.works && !unsupported {
			fmt.Printf("%s %+v: got %v, want it to work: %v, else %v that names /proc\n", c.name, c.lc, err, c.works, errors.ErrUnsupported)
		}
		if after := lstatInode(path); after != before {
			fmt.Printf("%s %+v: got inode %d, want %d\n", c.name, c.lc, after, before)
		}
	}
}

// lstatInode is the inode number of a file, 0 if there is none.
func lstatInode(path string) uint64 {
	var st syscall.Stat_t
	if syscall.Lstat(path, &st) != nil {
		return 0
	}
	return st.Ino
}
