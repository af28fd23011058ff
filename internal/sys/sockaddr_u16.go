//go:build !(aix || darwin || dragonfly || freebsd || ios || netbsd || openbsd)

package sys

import "encoding/binary"

// familySize is the size of sa_family_t, with which every address here begins.
const familySize = 2

func (sa *Sockaddr) setFamily(f int) { binary.NativeEndian.PutUint16(sa.b[:], uint16(f)) }
func (sa *Sockaddr) family() int     { return int(binary.NativeEndian.Uint16(sa.b[:])) }
