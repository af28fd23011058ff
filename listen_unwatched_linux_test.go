package uds_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("listen-unwatched", listenUnwatchedChild) }

// Where the poller takes no more descriptors, fs.epoll.max_user_watches, package
// net refuses the listener of the network "unix". The error is that of a listen at
// the address, and the file is gone. A filter of system calls stands for the
// limit.
func TestStreamListenerThatCanNotBeWatched(t *testing.T) {
	path := filepath.Join(testutil.ShortDir(t), "s")
	out, err := testutil.Child(t, "listen-unwatched", "SOCKET="+path).CombinedOutput()
	if reason, skip := strings.CutPrefix(string(out), "skip: "); skip && err == nil {
		t.Skip(reason)
	}
	must(t, err)
	want := "listen unix " + path + ": net.FileListener: no space left on device"
	if got := string(out); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket file: got %v, want none", err)
	}
}

func listenUnwatchedChild() {
	r, w, err := os.Pipe() // starts the poller
	if err == nil {
		r.Close()
		w.Close()
		err = systest.RefuseCalls(unix.SYS_EPOLL_CTL, unix.ENOSPC)
	}
	if err != nil {
		fmt.Printf("skip: no filter of system calls: %v", err)
		return
	}
	_, err = uds.Listen("unix", os.Getenv("SOCKET"))
	var op *net.OpError
	if !errors.As(err, &op) || !errors.As(op.Err, new(*os.SyscallError)) || !errors.Is(err, unix.ENOSPC) {
		fmt.Printf("got %#v, want a *net.OpError around an *os.SyscallError of ENOSPC", err)
		return
	}
	fmt.Print(err)
}
