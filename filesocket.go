package uds

import (
	"fmt"
	"os"
	"strconv"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// fileSocket makes a socket from a duplicate of f, which must be an AF_UNIX
// socket of type typ, listening or not as listens says.
func fileSocket(f *os.File, typ int, listens bool) (*socket.Socket, error) {
	if f == nil {
		return nil, errInvalid
	}
	s, err := socket.FromFile(f)
	if err != nil {
		return nil, err
	}
	if err := checkKind(s, typ, listens); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// checkKind returns an error if s is a socket of another kind.
func checkKind(s *socket.Socket, typ int, listens bool) error {
	if s.Family() != sys.AFUnix {
		return sysError(fmt.Sprintf("socket of family %d, want AF_UNIX", s.Family()), sys.EINVAL)
	}
	if s.Type() != typ {
		return sysError(fmt.Sprintf("socket of type %s, want %s", typeName(s.Type()), typeName(typ)), sys.EPROTOTYPE)
	}
	v, err := s.Int(sys.SolSocket, sys.SoAcceptconn)
	switch {
	case err != nil:
		return err
	case v != 0 && !listens:
		return sysError("socket listens, want a connection", sys.EINVAL)
	case v == 0 && listens:
		return sysError("socket does not listen", sys.EINVAL)
	}
	return nil
}

// typeName returns the name of a socket type, or its number.
func typeName(typ int) string {
	switch typ {
	case sys.SockStream:
		return "SOCK_STREAM"
	case sys.SockDgram:
		return "SOCK_DGRAM"
	case sys.SockSeqpacket:
		return "SOCK_SEQPACKET"
	}
	return strconv.Itoa(typ)
}

// noType returns err, or errors.ErrUnsupported if the system lacks the socket
// type.
func noType(err error) error {
	if isErrno(err, sys.EPROTONOSUPPORT) {
		return socket.Unsupported("socket")
	}
	return err
}
