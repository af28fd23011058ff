package socket

import (
	"encoding/binary"
	"strings"
	"time"

	"example.com/uds/internal/sys"
)

// Int returns an option that is an int.
func (s *Socket) Int(level, name int) (v int, err error) {
	err = s.getOption(level, name, kindInt, func(fd int) (e sys.Errno) {
		v, e = sys.GetsockoptInt(fd, level, name)
		return e
	})
	return v, err
}

// SetInt sets an option that is an int.
func (s *Socket) SetInt(level, name, v int) error {
	if v != int(int32(v)) {
		return optionValueError(level, name, v, "an int of 32 bits")
	}
	return s.setOption(level, name, kindInt, v, func(fd int) sys.Errno {
		return sys.SetsockoptInt(fd, level, name, v)
	})
}

// Bool reports whether an option that is an int is not zero.
func (s *Socket) Bool(level, name int) (bool, error) {
	v, err := s.Int(level, name)
	return v != 0, err
}

// SetBool sets an option that is an int to 1 or 0.
func (s *Socket) SetBool(level, name int, on bool) error {
	if on {
		return s.SetInt(level, name, 1)
	}
	return s.SetInt(level, name, 0)
}

// Timeval returns an option that is a struct timeval.
func (s *Socket) Timeval(level, name int) (d time.Duration, err error) {
	err = s.getOption(level, name, kindTimeval, func(fd int) (e sys.Errno) {
		d, e = sys.GetsockoptTimeval(fd, level, name)
		return e
	})
	return d, err
}

// SetTimeval sets an option that is a struct timeval, which counts microseconds: d
// is rounded up to the next. A negative d is EINVAL, and one that the struct cannot
// hold, on 32-bit systems more than 68 years, becomes the most that it can.
func (s *Socket) SetTimeval(level, name int, d time.Duration) error {
	if d < 0 {
		return optionValueError(level, name, d, "zero and more")
	}
	return s.setOption(level, name, kindTimeval, d, func(fd int) sys.Errno {
		return sys.SetsockoptTimeval(fd, level, name, roundUp(d, time.Microsecond))
	})
}

// roundUp returns the smallest multiple of unit that is not below d, or the largest
// there is.
func roundUp(d, unit time.Duration) time.Duration {
	down := d.Truncate(unit)
	if down == d || down+unit < down {
		return down
	}
	return down + unit
}

// LingerOption returns an option that is a struct linger: its time in whole
// seconds, or a negative number while it is off.
func (s *Socket) LingerOption(level, name int) (seconds int, err error) {
	var p [lingerSize]byte
	err = s.getOption(level, name, kindLinger, func(fd int) (e sys.Errno) {
		_, e = sys.Getsockopt(fd, level, name, p[:])
		return e
	})
	if err != nil {
		return 0, err
	}
	if binary.NativeEndian.Uint32(p[:]) == 0 {
		return -1, nil
	}
	return int(int32(binary.NativeEndian.Uint32(p[4:]))), nil
}

// SetLingerOption sets an option that is a struct linger; a negative number of
// seconds turns it off.
func (s *Socket) SetLingerOption(level, name, seconds int) error {
	if seconds != int(int32(seconds)) {
		return optionValueError(level, name, seconds, "an int of 32 bits")
	}
	var p [lingerSize]byte
	if seconds >= 0 {
		binary.NativeEndian.PutUint32(p[:], 1)
		binary.NativeEndian.PutUint32(p[4:], uint32(seconds))
	}
	return s.setOption(level, name, kindLinger, seconds, func(fd int) sys.Errno {
		return sys.Setsockopt(fd, level, name, p[:])
	})
}

// lingerSize is the size of struct linger, two ints.
const lingerSize = 8

// Option reads an option of any kind into p and returns its size. The kernel
// cuts what p has no room for.
func (s *Socket) Option(level, name int, p []byte) (n int, err error) {
	err = s.getOption(level, name, kindBytes, func(fd int) (e sys.Errno) {
		n, e = sys.Getsockopt(fd, level, name, p)
		return e
	})
	return n, err
}

// SetOption sets an option of any kind to the bytes of p.
func (s *Socket) SetOption(level, name int, p []byte) error {
	return s.setOption(level, name, kindBytes, p, func(fd int) sys.Errno {
		return sys.Setsockopt(fd, level, name, p)
	})
}

// StringOption returns an option that is a string, such as an interface's
// name, without the NUL that ends it.
func (s *Socket) StringOption(level, name int) (string, error) {
	if err := kindError("getsockopt", level, name, kindString); err != nil {
		return "", err
	}
	var p [256]byte
	n, err := s.Option(level, name, p[:])
	if err != nil {
		return "", err
	}
	v, _, _ := strings.Cut(string(p[:min(n, len(p))]), "\x00")
	return v, nil
}

// SetStringOption sets an option that is a string.
func (s *Socket) SetStringOption(level, name int, v string) error {
	if strings.Contains(v, "\x00") {
		return optionValueError(level, name, v, "no NUL")
	}
	return s.setOption(level, name, kindString, v, func(fd int) sys.Errno {
		return sys.Setsockopt(fd, level, name, append([]byte(v), 0))
	})
}

// RefuseFiles makes the kernel reject messages that carry descriptors: their
// senders get EPERM. Linux has it since 6.16; where it is missing the error is
// errors.ErrUnsupported. If set before the socket has a name or a peer, it also
// makes receives cheaper; an accepted socket has it from its listener.
func (s *Socket) RefuseFiles() error {
	if err := s.SetInt(sys.SolSocket, sys.SoPassrights, 0); err != nil {
		return Lacking(err)
	}
	if !s.pristine() {
		return nil
	}
	s.facts.Or(factRaw)
	return nil
}

// pristine reports whether nothing can ever have arrived: nobody can send to a
// socket without a name and without a peer.
func (s *Socket) pristine() bool {
	if !s.is(factFresh) {
		return false
	}
	local, err := s.Sockname()
	_, connected := s.Peername()
	return err == nil && len(local.Data()) == 0 && connected != nil
}

// Readable returns FIONREAD: how many bytes can be received without waiting. For
// datagrams on Linux these are the bytes of the next one.
func (s *Socket) Readable() (n int, err error) {
	err = s.control("ioctl", func(fd int) (e sys.Errno) {
		n, e = sys.Readable(fd)
		return e
	})
	return n, err
}

// getOption runs f, which reads an option of a kind.
func (s *Socket) getOption(level, name int, kind optionKind, f func(fd int) sys.Errno) error {
	if err := kindError("getsockopt", level, name, kind); err != nil {
		return err
	}
	return s.explain(level, name, "", s.control("getsockopt", f))
}

// setOption runs f, which sets an option of a kind to v.
func (s *Socket) setOption(level, name int, kind optionKind, v any, f func(fd int) sys.Errno) error {
	if err := kindError("setsockopt", level, name, kind); err != nil {
		return err
	}
	err := s.control("setsockopt", f)
	if err == nil {
		return nil
	}
	return s.explain(level, name, " "+given(level, name, v), err)
}
