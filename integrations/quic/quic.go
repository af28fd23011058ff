// Package quic runs quic-go over datagram sockets of AF_UNIX.
//
// quic-go takes any net.PacketConn. Between two processes of a host no datagram
// is lost, and a full receiver is waited for.
package quic

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/quic-go/quic-go"

	"example.com/uds"
)

// Listen returns a transport at the address, for its Listen method. The caller
// closes it with Close.
func Listen(address string) (*quic.Transport, error) {
	c, err := uds.ListenDgram(address)
	if err != nil {
		return nil, err
	}
	return &quic.Transport{Conn: c}, nil
}

// Dial connects to a server at the address. The caller closes the transport with
// Close when it is done with the connection.
func Dial(ctx context.Context, address string, tc *tls.Config, qc *quic.Config) (*quic.Conn, *quic.Transport, error) {
	c, err := new(uds.Dialer).DialDgram(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	t := &quic.Transport{Conn: c}
	conn, err := t.Dial(ctx, c.RemoteAddr(), tc, qc)
	if err != nil {
		return nil, nil, errors.Join(err, Close(t))
	}
	return conn, t, nil
}

// Close closes a transport and its socket, which the transport's own Close
// leaves open.
func Close(t *quic.Transport) error { return errors.Join(t.Close(), t.Conn.Close()) }
