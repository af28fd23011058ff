//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package uds

// sunPathLen is the size of sun_path in bytes: char sun_path[104] in <sys/un.h>.
const sunPathLen = 104
