//go:build unix

package testutil

import (
	"os/exec"
	"syscall"
	"testing"
)

// Nobody is the user and group number that AsNobody runs programs as.
const Nobody = 65534

// AsNobody makes cmd, not yet started, run as the unprivileged user and group
// Nobody, without supplementary groups, in the root directory unless cmd.Dir is
// set. It skips t when the tests do not run as root.
func AsNobody(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	RequireRoot(t)
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: Nobody, Gid: Nobody}
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
}
