package uds

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// Sizes:
//
//	Addr: 16 bytes on 64-bit systems, 8 on 32-bit ones: one string header.
//
// A path shares the bytes of the string it was made from. An abstract name
// needs one allocation, for its leading NUL byte.

// Addr is the address of an AF_UNIX socket: unnamed, an abstract name or a
// path. The zero Addr is the unnamed address, that of a socket that is not
// bound.
//
// Addr is a small immutable value. Addrs compare with ==, serve as map keys
// and may be used by many goroutines at once. Equal values are the same
// address; unequal paths can still lead to the same file, since paths are
// neither cleaned nor resolved.
//
// An abstract name lives in the network namespace and not in the file system,
// and it has no permissions: every process in the namespace can connect to it.
// Only Linux has abstract names. An Addr holds every kind on every system; where
// the system lacks a kind, a call that uses it fails.
//
// A path may have any length. One of up to [MaxPathLen] bytes fits the kernel's
// address structure with a terminating NUL byte, one a byte longer fits without
// it, and [Addr.Raw] refuses anything longer.
//
// See unix(7).
type Addr struct {
	// name is "" for the unnamed address, a NUL byte and the name for an
	// abstract one, and the path otherwise. A path contains no NUL byte and
	// does not begin with '@', so that every name has one text form.
	name string
}

const (
	// MaxPathLen is the length in bytes of the longest path that fits the
	// system's sockaddr_un with a terminating NUL byte: one less than the size
	// of sun_path. It is 107 on Linux, Solaris, illumos and Windows, 103 on
	// macOS, iOS and the BSDs and 1022 on AIX, where sockets of this package
	// take no more than 104. Systems without AF_UNIX have
	// the value of Linux.
	MaxPathLen = sunPathLen - 1

	// MaxAbstractLen is the length in bytes of the longest abstract name: the
	// 108 bytes of Linux's sun_path less the leading NUL byte. It is the same
	// on every system.
	MaxAbstractLen = 107
)

// ParseAddr returns the address that s is the text form of:
//
//   - "" is the unnamed address.
//   - "@name" is the abstract name, at most [MaxAbstractLen] arbitrary bytes,
//     NUL and invalid UTF-8 included. "@" is the empty abstract name, which is
//     an ordinary name.
//   - Anything else is a path, absolute or relative, without a NUL byte. A
//     path that begins with '@' is written "./@name".
//
// ParseAddr(a.String()) == a for every Addr a. The errors of ParseAddr and of
// the other constructors satisfy errors.Is(err, syscall.EINVAL).
func ParseAddr(s string) (Addr, error) {
	if s == "" {
		return Addr{}, nil
	}
	if s[0] == '@' {
		return AbstractAddr(s[1:])
	}
	return PathAddr(s)
}

// parseName is [ParseAddr], but also takes package net's other spelling of an
// abstract name, which has a NUL byte in place of the '@'.
func parseName(s string) (Addr, error) {
	if s != "" && s[0] == 0 {
		return AbstractAddr(s[1:])
	}
	return ParseAddr(s)
}

// MustParseAddr is [ParseAddr] for strings known to be valid: it panics if s
// is not.
func MustParseAddr(s string) Addr {
	a, err := ParseAddr(s)
	if err != nil {
		panic(err)
	}
	return a
}

// PathAddr returns the address of the socket file at path, which may be
// absolute or relative and have any length. The empty path and a path with a
// NUL byte are errors.
//
// A path that begins with '@' is stored with "./" in front of it, which names
// the same file: PathAddr("@x") == PathAddr("./@x"). [Addr.Path] reports the
// longer form.
func PathAddr(path string) (Addr, error) {
	if path == "" {
		return Addr{}, newAddrError(path, "the path is empty")
	}
	if path[0] == 0 {
		return Addr{}, newAddrError(path, "a path has no NUL byte, and the text form of an abstract name begins with '@'")
	}
	if strings.IndexByte(path, 0) >= 0 {
		return Addr{}, newAddrError(path, "a path has no NUL byte")
	}
	if path[0] == '@' {
		path = "./" + path
	}
	return Addr{path}, nil
}

// AbstractAddr returns the abstract address with the given name, which does
// not include the leading NUL byte or '@'. The name is at most
// [MaxAbstractLen] arbitrary bytes, possibly none.
func AbstractAddr(name string) (Addr, error) {
	if len(name) > MaxAbstractLen {
		return Addr{}, abstractTooLong(name)
	}
	return Addr{"\x00" + name}, nil
}

// AddrOf returns the Addr of a, which must be nil or a *net.UnixAddr. A nil
// interface and a nil *net.UnixAddr give the unnamed address. The Name of a
// *net.UnixAddr is read as [Dial] reads an address, and its Net is ignored.
//
// Package net's names cannot express every address: net writes the unnamed
// address of a peer as "@", which AddrOf takes for the empty abstract name,
// and a path that begins with '@' as if it were abstract.
func AddrOf(a net.Addr) (Addr, error) {
	switch a := a.(type) {
	case nil:
		return Addr{}, nil
	case *net.UnixAddr:
		if a == nil {
			return Addr{}, nil
		}
		return parseName(a.Name)
	}
	return Addr{}, &addrError{fmt.Sprintf("of type %T", a), "want a *net.UnixAddr"}
}

// IsUnnamed reports whether a is the unnamed address, the zero Addr.
func (a Addr) IsUnnamed() bool { return a.name == "" }

// IsAbstract reports whether a is an abstract name, the empty one included.
func (a Addr) IsAbstract() bool { return a.name != "" && a.name[0] == 0 }

// IsPath reports whether a is a path.
func (a Addr) IsPath() bool { return a.name != "" && a.name[0] != 0 }

// Path returns the path, or "" if a is not a path.
func (a Addr) Path() string {
	if !a.IsPath() {
		return ""
	}
	return a.name
}

// Abstract returns the abstract name without its leading NUL byte, or "" if a
// is not abstract. The empty abstract name is "" too: [Addr.IsAbstract] tells
// them apart.
func (a Addr) Abstract() string {
	if !a.IsAbstract() {
		return ""
	}
	return a.name[1:]
}

// Compare returns -1, 0 or +1 as a sorts before b, equals b or sorts after it.
// The unnamed address sorts first, then abstract names, then paths, each in
// the order of their bytes.
func (a Addr) Compare(b Addr) int { return cmp.Compare(a.name, b.name) }

// addrError is the error of a string or value that is not a valid address.
type addrError struct {
	subject string // the address: a quoted text form, or its Go type
	reason  string
}

func newAddrError(in, reason string) error {
	return &addrError{strconv.Quote(in), reason}
}

func (e *addrError) Error() string { return "uds: address " + e.subject + ": " + e.reason }

// Unwrap makes errors.Is(err, syscall.EINVAL) true: the kernel refuses a
// malformed address with that errno.
func (e *addrError) Unwrap() error { return syscall.EINVAL }

func abstractTooLong(name string) error {
	return newAddrError("@"+name, tooLong("abstract name", len(name), MaxAbstractLen))
}

func tooLong(what string, n, limit int) string {
	return fmt.Sprintf("the %s has %d bytes, the limit is %d", what, n, limit)
}
