package testutil

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const fdDir = "/proc/self/fd"

// descriptors returns the open descriptors by number, with the target of each
// one's link below /proc/self/fd. For a socket or pipe that names the inode,
// which tells it from another with the same number.
func descriptors() map[int]string {
	names, err := os.ReadDir(fdDir)
	if err != nil {
		panic(fmt.Sprintf("testutil: cannot list the descriptors: %v", err))
	}
	fds := map[int]string{}
	for _, e := range names {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// The descriptor that listed the directory is closed: its link is gone.
		if target, err := os.Readlink(fdDir + "/" + e.Name()); err == nil {
			fds[fd] = target
		}
	}
	return fds
}

// startPoller makes the runtime open its epoll instance and its eventfd, which
// stay for ever, so that a snapshot contains them.
func startPoller() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(fmt.Sprintf("testutil: cannot start the poller: %v", err))
	}
	r.Close()
	w.Close()
}

// FDCount returns how many descriptors the process has open. On systems other than
// Linux it skips t.
func FDCount(t testing.TB) int {
	t.Helper()
	return len(descriptors())
}

// fileID says which file a descriptor means.
type fileID struct{ dev, ino uint64 }

func identify(fd int) fileID {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fileID{}
	}
	return fileID{uint64(st.Dev), st.Ino}
}

// describe says what fd is: the target of its link and, for a socket, the
// family, the type, and both names.
func describe(fd int, target string) string {
	if !strings.HasPrefix(target, "socket:") {
		return target
	}
	family, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return target
	}
	typ, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return target
	}
	local, localErr := unix.Getsockname(fd)
	peer, peerErr := unix.Getpeername(fd)
	return fmt.Sprintf("%s %s %s%s, local %s, peer %s", target, named(families, family), named(types, typ),
		listening(fd), sockaddr(local, localErr), sockaddr(peer, peerErr))
}

var families = map[int]string{
	unix.AF_UNIX: "AF_UNIX", unix.AF_INET: "AF_INET", unix.AF_INET6: "AF_INET6",
	unix.AF_NETLINK: "AF_NETLINK", unix.AF_PACKET: "AF_PACKET", unix.AF_VSOCK: "AF_VSOCK", unix.AF_ALG: "AF_ALG",
}

var types = map[int]string{
	unix.SOCK_STREAM: "SOCK_STREAM", unix.SOCK_DGRAM: "SOCK_DGRAM",
	unix.SOCK_SEQPACKET: "SOCK_SEQPACKET", unix.SOCK_RAW: "SOCK_RAW",
}

func named(names map[int]string, n int) string {
	if name, ok := names[n]; ok {
		return name
	}
	return strconv.Itoa(n)
}

func listening(fd int) string {
	if v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && v != 0 {
		return " listening"
	}
	return ""
}

// sockaddr prints a name. An AF_UNIX name begins with "@" when it is abstract;
// "@" alone is what x/sys makes of an unnamed socket too.
func sockaddr(sa unix.Sockaddr, err error) string {
	if err != nil {
		return "none (" + err.Error() + ")"
	}
	switch sa := sa.(type) {
	case *unix.SockaddrUnix:
		return strconv.Quote(sa.Name)
	case *unix.SockaddrInet4:
		return fmt.Sprintf("%v:%d", sa.Addr, sa.Port)
	case *unix.SockaddrInet6:
		return fmt.Sprintf("%x:%d", sa.Addr, sa.Port)
	}
	return fmt.Sprintf("%+v", sa)
}
