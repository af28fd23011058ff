// Package quic runs quic-go over datagram sockets of AF_UNIX.
//
// quic-go takes any net.PacketConn. Between two processes of a host no datagram
// is lost, and a send waits for a full receiver: a second at most, after which the
// connection with that receiver is over. Without this bound quic-go, and its Close
// too, would wait for ever for a peer that has stopped receiving, because it was made
// for UDP, where no send waits.
package quic

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"github.com/quic-go/quic-go"

	"example.com/uds"
)

// sendTimeout is how long a send waits for a peer that does not receive.
const sendTimeout = time.Second

// Listen returns a transport at the address, for its Listen method. The caller
// closes it with Close.
func Listen(address string) (*quic.Transport, error) {
	c, err := uds.ListenDgram(address)
	if err != nil {
		return nil, err
	}
	return transport(c)
}

// Dial connects to a server at the address. The caller closes the transport with
// Close when it is done with the connection.
func Dial(ctx context.Context, address string, tc *tls.Config, qc *quic.Config) (*quic.Conn, *quic.Transport, error) {
	c, err := new(uds.Dialer).DialDgram(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	t, err := transport(c)
	if err != nil {
		return nil, nil, err
	}
	conn, err := t.Dial(ctx, c.RemoteAddr(), tc, qc)
	if err != nil {
		return nil, nil, errors.Join(err, Close(t))
	}
	return conn, t, nil
}

// transport returns a transport over c, which it closes if it fails.
func transport(c *uds.DgramConn) (*quic.Transport, error) {
	if err := c.SetWriteTimeout(sendTimeout); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &quic.Transport{Conn: c}, nil
}

// Close closes a transport and its socket, which the transport's own Close
// leaves open.
func Close(t *quic.Transport) error { return errors.Join(t.Close(), t.Conn.Close()) }
