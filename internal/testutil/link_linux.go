package testutil

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// SetLinkUp brings a network interface up, as ip-link(8) does with "set up". It
// is for child processes in a network namespace of their own, which have no test
// to fail: it panics instead.
func SetLinkUp(name string) {
	if err := setLinkUp(name); err != nil {
		panic(fmt.Sprintf("testutil: setting %s up: %v", name, err))
	}
}

func setLinkUp(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}
