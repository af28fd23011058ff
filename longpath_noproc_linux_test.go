package uds_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterChild("noProc", noProcChild) }

// Without /proc a path above MaxPathLen cannot be used, and the error does not
// look like that of a file that is missing.
func TestLongPathWithoutProc(t *testing.T) {
	flags := uintptr(syscall.CLONE_NEWNS)
	attr := &syscall.SysProcAttr{}
	if uid := os.Geteuid(); uid != 0 {
		flags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	testutil.RequireNamespaces(t, flags)
	attr.Cloneflags = flags
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 150))
	must(t, os.Mkdir(dir, 0o700))
	cmd := testutil.Child(t, "noProc", "NO_PROC_DIR="+dir)
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	if strings.HasPrefix(string(out), "skip: ") {
		t.Skip(strings.TrimSpace(string(out)))
	}
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func noProcChild() {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		fmt.Println("skip: mount(2) does not make mounts private:", err)
		return
	}
	if err := syscall.Mount("none", "/proc", "tmpfs", 0, ""); err != nil {
		fmt.Println("skip: mount(2) does not hide /proc:", err)
		return
	}
	path := filepath.Join(os.Getenv("NO_PROC_DIR"), "s")
	_, lerr := uds.ListenSeq(path)
	// A file to dial is made by a name that is short enough.
	if err := os.Chdir(filepath.Dir(path)); err != nil {
		fmt.Println(err)
	}
	l, err := uds.ListenSeq("s")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	_, derr := uds.DialSeq(path)
	for _, err := range []error{lerr, derr} {
		if !errors.Is(err, errors.ErrUnsupported) || errors.Is(err, os.ErrNotExist) || !strings.Contains(fmt.Sprint(err), "/proc") {
			fmt.Printf("got %v, want %v that names /proc\n", err, errors.ErrUnsupported)
		}
	}
}
