//go:build aix || darwin || dragonfly || freebsd || ios || netbsd || openbsd

package sys

// familySize is the size of sa_len and sa_family, with which every address here
// begins.
const familySize = 2

func (sa *Sockaddr) setFamily(f int) { sa.b[0], sa.b[1] = byte(sa.n), byte(f) }
func (sa *Sockaddr) family() int     { return int(sa.b[1]) }
