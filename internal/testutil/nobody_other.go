//go:build !unix

package testutil

import (
	"os/exec"
	"testing"
)

// Nobody is the user and group number that AsNobody runs programs as.
const Nobody = 65534

// AsNobody skips t: this system has no user numbers.
func AsNobody(t testing.TB, _ *exec.Cmd) {
	t.Helper()
	t.Skip("runs a program as another user: needs a Unix system")
}
