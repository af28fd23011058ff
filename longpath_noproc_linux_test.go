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
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 150))
	must(t, os.Mkdir(dir, 0o700))
	runWithoutProc(t, "noProc", dir)
}

// runWithoutProc runs a child that calls hideProc, with NO_PROC_DIR in its
// environment, and wants it to print nothing.
func runWithoutProc(t *testing.T, child, dir string) {
	t.Helper()
	testutil.RunSilent(t, testutil.InOwnMounts(t, testutil.Child(t, child, "NO_PROC_DIR="+dir)))
}

// hideProc puts an empty file system over /proc, and says why not if it can not.
func hideProc() bool {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		fmt.Println("skip: mount(2) does not make mounts private:", err)
		return false
	}
	if err := syscall.Mount("none", "/proc", "tmpfs", 0, ""); err != nil {
		fmt.Println("skip: mount(2) does not hide /proc:", err)
		return false
	}
	return true
}

func noProcChild() {
	if !hideProc() {
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
