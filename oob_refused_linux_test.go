package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("untold", untoldChild) }

// Where a filter of system calls refuses getsockopt(2), credentials and files are
// received all the same: what the kernel does not tell may be on.
func TestOptionsThatAFilterDoesNotTell(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.EPERM, unix.ENOSYS} {
		t.Run(unix.ErrnoName(errno), func(t *testing.T) {
			testutil.RunSilent(t, testutil.Child(t, "untold", "UDS_ERRNO="+fmt.Sprint(int(errno))))
		})
	}
}

func untoldChild() {
	var errno int
	if _, err := fmt.Sscan(os.Getenv("UDS_ERRNO"), &errno); err != nil {
		panic(err)
	}
	a, b, err := uds.DgramPair()
	if err != nil {
		panic(err)
	}
	if err := b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}); err != nil {
		panic(err)
	}
	if err := systest.RefuseCalls(unix.SYS_GETSOCKOPT, syscall.Errno(errno)); err != nil {
		fmt.Printf("skip: no filter of system calls: %v", err)
		return
	}
	oob := uds.OOB{MaxFiles: 1}
	defer oob.Close()
	err = a.SendFiles([]byte("x"), os.Stdin)
	m := uds.Message{Buffers: [][]byte{make([]byte, 1)}, OOB: &oob}
	err = errors.Join(err, b.RecvMsg(&m, 0))
	if err != nil || oob.Cred == nil || oob.Cred.PID != os.Getpid() || oob.Time.IsZero() || len(oob.Files) != 1 {
		fmt.Printf("got %+v, %v, want credentials, the time and a file", oob, err)
		os.Exit(1)
	}
}
