package uds

import (
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// BindDgram binds a datagram socket as lc says. The function it returns closes
// the socket as a connection does.
func BindDgram(lc *ListenConfig, address string) (closeSocket func() error, err error) {
	a, err := ParseAddr(address)
	if err != nil {
		return nil, err
	}
	s, err := socket.New(sys.AFUnix, sys.SockDgram, 0)
	if err != nil {
		return nil, err
	}
	f, err := lc.bind(s, a)
	if err != nil {
		s.Close()
		return nil, err
	}
	return func() error {
		f.remove()
		return s.Close()
	}, nil
}
