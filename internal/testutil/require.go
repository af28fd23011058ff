package testutil

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// RequireRoot skips t unless it runs as root and other users exist: a root that is
// alone in a user namespace can neither become nor name them.
func RequireRoot(t testing.TB) {
	t.Helper()
	if uid := os.Geteuid(); uid != 0 {
		t.Skipf("needs root: the effective user is %d", uid)
	}
	if alone() {
		t.Skip("needs root among other users: this user namespace has one user")
	}
}

// alone reports whether this process is in a user namespace of one user.
func alone() bool {
	ids, err := os.ReadFile("/proc/self/uid_map")
	fields := strings.Fields(string(ids))
	return err == nil && len(fields) == 3 && fields[2] == "1"
}

// RequireUnprivileged skips t if it runs as root, who is refused nothing.
func RequireUnprivileged(t testing.TB) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("needs an ordinary user: root is refused nothing")
	}
}

// RequireProgram returns the path of a program. Where it is missing it skips t
// and names the Debian package to install, or fails t if UDS_CI=1: that says
// that every program is there.
func RequireProgram(t testing.TB, program, debianPackage string) string {
	t.Helper()
	path, err := lookProgram(program)
	if err == nil {
		return path
	}
	if os.Getenv("UDS_CI") == "1" {
		t.Fatalf("needs the program %s (Debian package %s), which UDS_CI=1 promises: %v", program, debianPackage, err)
	}
	t.Skipf("needs the program %s (Debian package %s): %v", program, debianPackage, err)
	return ""
}

// lookProgram searches PATH, and then the directories of system programs, which
// an ordinary user's PATH lacks.
func lookProgram(program string) (string, error) {
	path, err := exec.LookPath(program)
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if err == nil {
			break
		}
		if p, e := exec.LookPath(filepath.Join(dir, program)); e == nil {
			path, err = p, nil
		}
	}
	return path, err
}

// Soak returns how long a long test is to run: the duration in UDS_SOAK. It
// skips t where that is not set. The name of t must contain "Soak", by which the
// gate finds the long tests.
func Soak(t testing.TB) time.Duration {
	t.Helper()
	if !strings.Contains(t.Name(), "Soak") {
		t.Fatalf("Soak: got a test named %s, want a name that contains Soak", t.Name())
	}
	v := os.Getenv("UDS_SOAK")
	if v == "" {
		t.Skip("a long test: set UDS_SOAK to how long it is to run, such as 20s")
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		t.Fatalf("UDS_SOAK: got %q, want a positive duration such as 20s", v)
	}
	return d
}
