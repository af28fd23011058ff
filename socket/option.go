package socket

import "example.com/uds/internal/sys"

// Int returns an option that is an int.
func (s *Socket) Int(level, name int) (v int, err error) {
	err = s.control("getsockopt", func(fd int) (e sys.Errno) {
		v, e = sys.GetsockoptInt(fd, level, name)
		return e
	})
	return v, err
}

// SetInt sets an option that is an int.
func (s *Socket) SetInt(level, name, v int) error {
	return s.control("setsockopt", func(fd int) sys.Errno {
		return sys.SetsockoptInt(fd, level, name, v)
	})
}

// Option reads an option into p and returns its size.
func (s *Socket) Option(level, name int, p []byte) (n int, err error) {
	err = s.control("getsockopt", func(fd int) (e sys.Errno) {
		n, e = sys.Getsockopt(fd, level, name, p)
		return e
	})
	return n, err
}

// SetOption sets an option to the bytes of p.
func (s *Socket) SetOption(level, name int, p []byte) error {
	return s.control("setsockopt", func(fd int) sys.Errno { return sys.Setsockopt(fd, level, name, p) })
}

// RefuseFiles makes the kernel reject messages that carry descriptors: their
// senders get EPERM. Linux has it since 6.16; where it is missing the error is
// errors.ErrUnsupported. Set before the socket has a peer it also makes
// receives cheaper; an accepted socket has it from its listener.
func (s *Socket) RefuseFiles() error {
	if err := s.SetInt(sys.SolSocket, sys.SoPassrights, 0); err != nil {
		return err
	}
	s.raw = s.raw || s.fresh
	return nil
}

// Readable returns FIONREAD: how many bytes can be received without waiting.
func (s *Socket) Readable() (n int, err error) {
	err = s.control("ioctl", func(fd int) (e sys.Errno) {
		n, e = sys.Readable(fd)
		return e
	})
	return n, err
}
