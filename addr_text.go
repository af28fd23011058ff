package uds

import (
	"encoding"
	"fmt"
	"net"
)

var (
	_ fmt.Stringer             = Addr{}
	_ encoding.TextAppender    = Addr{}
	_ encoding.TextMarshaler   = Addr{}
	_ encoding.TextUnmarshaler = (*Addr)(nil)
)

// String returns the text form of a, which [ParseAddr] describes and turns
// back into a: "" for the unnamed address, '@' and the name for an abstract
// one, and the path otherwise. The bytes of names and paths are not escaped,
// so the result may contain any byte, an abstract name's NUL bytes included.
func (a Addr) String() string {
	if a.IsAbstract() {
		return "@" + a.name[1:]
	}
	return a.name
}

// AppendText appends the text form of a, as [Addr.String] returns it, to b.
// The error is always nil.
func (a Addr) AppendText(b []byte) ([]byte, error) {
	if a.IsAbstract() {
		b = append(b, '@')
		return append(b, a.name[1:]...), nil
	}
	return append(b, a.name...), nil
}

// MarshalText returns the text form of a, as [Addr.String] returns it. The
// error is always nil.
//
// The text is raw bytes and round-trips through [Addr.UnmarshalText] exactly.
// An encoding that is limited to UTF-8 may not keep it: encoding/json replaces
// invalid UTF-8 with U+FFFD.
func (a Addr) MarshalText() ([]byte, error) {
	return a.AppendText(make([]byte, 0, len(a.name)))
}

// UnmarshalText sets a to the address that text is the text form of, as
// [ParseAddr] does. It copies what it keeps, and leaves a as it is on error.
func (a *Addr) UnmarshalText(text []byte) error {
	parsed, err := ParseAddr(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// UnixAddr returns a as a new *net.UnixAddr, whose Name is the text form of a
// and whose Net is network: "unix", "unixgram" or "unixpacket".
//
// [AddrOf] turns it back into a. Package net itself cuts an abstract name at
// its first NUL byte.
func (a Addr) UnixAddr(network string) *net.UnixAddr {
	return &net.UnixAddr{Name: a.String(), Net: network}
}
