package socket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterSilent("olderKernel", olderKernelChild) }

// A kernel older than an option says so, of an option with a method of its own,
// too. A filter of system calls stands for it.
func TestOlderKernelLacksRefuseFiles(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "olderKernel"))
}

func olderKernelChild() error {
	s, err := socket.New(socket.AFUnix, socket.SockSeqpacket, 0)
	if err == nil {
		err = systest.RefuseOptions(unix.SO_PASSRIGHTS - 1)
	}
	if err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	const want = "setsockopt SOL_SOCKET SO_PASSRIGHTS to 0, the kernel has no such option here: "
	if err := s.RefuseFiles(); !errors.Is(err, errors.ErrUnsupported) || !strings.HasPrefix(err.Error(), want) {
		return fmt.Errorf("got %v, want %v that begins %q", err, errors.ErrUnsupported, want)
	}
	return nil
}
