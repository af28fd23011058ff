//go:build !js && !plan9 && !wasip1

package uds_test

import (
	"syscall"

	"example.com/uds"
)

// MaxPathLen is what the system's sockaddr_un says. Package syscall has that
// structure for every system with AF_UNIX; a wrong value does not compile.
var _ [len(syscall.RawSockaddrUnix{}.Path)]struct{} = [uds.MaxPathLen + 1]struct{}{}
