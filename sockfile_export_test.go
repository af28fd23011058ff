package uds

import (
	"time"

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

// StreamListener is the type of a listener for the network "unix".
type StreamListener = streamListener

// TempName is a temporary name for the file at path.
func TempName(path string, i int) string {
	dir, name := splitPath(path)
	return dir + "/" + (&sockDir{name: name}).temp(i)
}

// SetLockToRemove sets how long a bind waits for the lock of a directory, until
// the function it returns is called.
func SetLockToRemove(wait time.Duration) (restore func()) {
	old := lockToRemove
	lockToRemove = wait
	return func() { lockToRemove = old }
}
