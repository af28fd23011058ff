//go:build unix

package socket_test

import (
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/uds/socket"
)

// A number above 32 bits is not cut to one that the kernel takes.
func TestNumbersAbove32BitsAreRefused(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("an int has 32 bits")
	}
	wide := 1 << (bits.UintSize / 2)
	const family, typ = socket.AFUnix, socket.SockSeqpacket
	for _, c := range []struct {
		family, typ, proto int
		want               error
	}{
		{wide + family, typ, 0, syscall.EAFNOSUPPORT},
		{family - wide, typ, 0, syscall.EAFNOSUPPORT},
		{family, wide + typ, 0, syscall.EINVAL},
		{family, typ, wide, syscall.EINVAL},
	} {
		value := strconv.Itoa(c.family)
		if c.want == syscall.EINVAL {
			value = strconv.Itoa(max(c.typ, c.proto))
		}
		s, err := socket.New(c.family, c.typ, c.proto)
		if err == nil {
			s.Close()
		}
		a, b, perr := socket.Pair(c.family, c.typ, c.proto)
		if perr == nil {
			a.Close()
			b.Close()
		}
		for call, err := range map[string]error{"New": err, "Pair": perr} {
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), value) {
				t.Errorf("%s(%d, %d, %d): got %v, want %v that names %s", call, c.family, c.typ, c.proto, err, c.want, value)
			}
		}
	}
}

// Nor is a level or an option.
func TestOptionsAbove32BitsAreRefused(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("an int has 32 bits")
	}
	wide := 1 << (bits.UintSize / 2)
	s := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	for _, c := range []struct{ level, name int }{
		{wide + socket.SolSocket, socket.SoRcvbuf},
		{socket.SolSocket, wide + socket.SoRcvbuf},
	} {
		_, got := s.Int(c.level, c.name)
		for call, err := range map[string]error{"Int": got, "SetInt": s.SetInt(c.level, c.name, 1<<16)} {
			if value := strconv.Itoa(max(c.level, c.name)); !errors.Is(err, syscall.ENOPROTOOPT) || !strings.Contains(err.Error(), value) {
				t.Errorf("%s(%d, %d): got %v, want %v that names %s", call, c.level, c.name, err, syscall.ENOPROTOOPT, value)
			}
		}
	}
}
