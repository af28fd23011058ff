//go:build !(aix || darwin || dragonfly || freebsd || netbsd || openbsd)

package uds

// sunPathLen is the size of sun_path in bytes: UNIX_PATH_MAX in Linux's
// <linux/un.h> and Windows' <afunix.h>, char sun_path[108] in <sys/un.h> of
// Solaris and illumos. Systems without AF_UNIX follow Linux.
const sunPathLen = 108
