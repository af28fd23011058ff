package testutil

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

func init() { RegisterChild("namespace", func() {}) }

// RequireNamespaces skips t where this user may not make namespaces of the kinds
// that the flags of clone(2) name. Ask before os/exec maps users: where clone fails
// then, package syscall leaves a pipe open (forkAndExecInChild).
func RequireNamespaces(t testing.TB, flags uintptr) {
	t.Helper()
	cmd := Child(t, "namespace")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if err := cmd.Run(); err != nil {
		t.Skipf("needs namespaces, which this user may not make: %v", err)
	}
}

// InOwnNetwork runs cmd in a network namespace of its own, in which nothing is
// up, and returns what it printed. An ordinary user gets a user namespace too,
// in which it is root. Where the system allows neither t is skipped.
func InOwnNetwork(t testing.TB, cmd *exec.Cmd) ([]byte, error) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if uid := os.Geteuid(); uid != 0 {
		RequireNamespaces(t, syscall.CLONE_NEWNET|syscall.CLONE_NEWUSER)
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("needs a network namespace of its own, which this user may not make: %v", err)
	}
	return out, err
}
