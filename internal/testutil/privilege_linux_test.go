package testutil

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Privileged agrees with what the kernel prints of this process.
func TestPrivilegedIsTheKernels(t *testing.T) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "\nCapEff:\t")
	hex, _, _ := strings.Cut(rest, "\n")
	all := strings.HasSuffix(strings.TrimSpace(string(ids)), "4294967295")
	for _, c := range []int{unix.CAP_CHOWN, unix.CAP_SYS_ADMIN, unix.CAP_AUDIT_READ} {
		digit := strings.IndexByte("0123456789abcdef", hex[len(hex)-1-c/4])
		if got, want := Privileged(c), all && digit>>(c%4)&1 != 0; got != want {
			t.Errorf("capability %d of %s: got %v, want %v", c, hex, got, want)
		}
	}
}
