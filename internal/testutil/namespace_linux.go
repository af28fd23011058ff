package testutil

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

func init() { RegisterChild("namespace", func() {}) }

// RequireNamespaces skips t where this user may not make namespaces of the kinds
// that the flags of clone(2) name. Call it before os/exec maps users: if clone
// fails then, package syscall leaves a pipe open (forkAndExecInChild).
func RequireNamespaces(t testing.TB, flags uintptr) {
	t.Helper()
	cmd := Child(t, "namespace")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if err := cmd.Run(); err != nil {
		t.Skipf("needs namespaces, which this user may not make: %v", err)
	}
}

// InOwnNetwork makes cmd, which is not yet started, run in a network namespace of
// its own, in which nothing is up. An ordinary user gets a user namespace too, in
// which it is root. If the system allows neither, t is skipped.
func InOwnNetwork(t testing.TB, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	inNamespaces(t, cmd, syscall.CLONE_NEWNET)
	return cmd
}

// InOwnMounts is InOwnNetwork for a mount namespace.
func InOwnMounts(t testing.TB, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	inNamespaces(t, cmd, syscall.CLONE_NEWNS)
	return cmd
}

func inNamespaces(t testing.TB, cmd *exec.Cmd, flags uintptr) {
	t.Helper()
	attr := new(syscall.SysProcAttr)
	if uid := os.Geteuid(); uid != 0 {
		flags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	RequireNamespaces(t, flags)
	attr.Cloneflags = flags
	cmd.SysProcAttr = attr
}
