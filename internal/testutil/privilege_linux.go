package testutil

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Privileged reports whether this process has a capability, such as
// unix.CAP_NET_ADMIN, in the first user namespace. The superuser of a container
// has few, and the one of another user namespace has none there.
func Privileged(capability int) bool {
	ids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil || strings.Join(strings.Fields(string(ids)), " ") != "0 0 4294967295" {
		return false
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[capability/32].Effective>>(capability%32)&1 != 0
}

// RequirePrivilege skips t without a capability; its name is given in the reason.
func RequirePrivilege(t testing.TB, capability int, name string) {
	t.Helper()
	if !Privileged(capability) {
		t.Skipf("needs %s in the first user namespace", name)
	}
}
