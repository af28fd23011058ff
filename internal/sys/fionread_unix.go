//go:build unix && !linux

package sys

// fionread is FIONREAD, _IOR('f', 127, int) of <sys/filio.h> on every system
// here.
const fionread = 0x4004667f
