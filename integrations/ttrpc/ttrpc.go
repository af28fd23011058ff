// Package ttrpc gives containerd's ttrpc the identity of the process at the other
// end of a connection of package uds: ttrpc's own UnixCredentialsFunc refuses
// everything but *net.UnixConn.
package ttrpc

import (
	"context"
	"fmt"
	"net"

	"github.com/containerd/ttrpc"

	"example.com/uds"
)

// Handshaker is for ttrpc.WithServerHandshaker. It calls authorize, which may be
// nil, with the peer's credentials; if authorize returns an error the connection is
// closed.
func Handshaker(authorize func(uds.Cred) error) ttrpc.Handshaker { return handshaker(authorize) }

type handshaker func(uds.Cred) error

// Handshake implements ttrpc.Handshaker.
func (authorize handshaker) Handshake(_ context.Context, c net.Conn) (net.Conn, any, error) {
	p, ok := c.(interface{ PeerCred() (uds.Cred, error) })
	if !ok {
		return nil, nil, fmt.Errorf("ttrpc: no credentials from a %T", c)
	}
	cred, err := p.PeerCred()
	if err == nil && authorize != nil {
		err = authorize(cred)
	}
	if err != nil {
		return nil, nil, err
	}
	return c, cred, nil
}
