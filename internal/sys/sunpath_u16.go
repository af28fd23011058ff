//go:build !(aix || darwin || dragonfly || freebsd || ios || netbsd || openbsd)

package sys

// SunPathSize is the size of sun_path in struct sockaddr_un.
const SunPathSize = 108
