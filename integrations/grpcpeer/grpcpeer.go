// Package grpcpeer gives gRPC the identity of the process at the other end of an
// AF_UNIX connection: transport credentials that put that identity into the AuthInfo
// of every call, and may refuse it. They work over the connections of package uds and over
// *net.UnixConn, on Linux.
package grpcpeer

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"example.com/uds"
)

// authType is what AuthInfo.AuthType returns.
const authType = "unix-peer"

// AuthInfo is the credentials.AuthInfo of a connection.
type AuthInfo struct {
	credentials.CommonAuthInfo
	Peer uds.Peer
}

// AuthType returns "unix-peer".
func (AuthInfo) AuthType() string { return authType }

// New returns credentials for a server or a client. authorize, if not nil, is
// called with the peer of every new connection, by many goroutines at once; if it
// returns an error the connection is closed. A connection whose peer process is not
// known is refused.
//
// A client's peer is the process that called listen(2).
func New(authorize func(uds.Peer) error) credentials.TransportCredentials {
	return &creds{authorize}
}

// FromContext, called in a handler, returns the peer of the connection that the call
// came in on, if the server has credentials of this package.
func FromContext(ctx context.Context) (uds.Peer, bool) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return uds.Peer{}, false
	}
	info, ok := p.AuthInfo.(AuthInfo)
	return info.Peer, ok
}

// creds are stateless.
type creds struct{ authorize func(uds.Peer) error }

var _ credentials.TransportCredentials = (*creds)(nil)

func (c *creds) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return c.ClientHandshake(context.Background(), "", conn)
}

// ClientHandshake sends nothing: the kernel knows the peer.
func (c *creds) ClientHandshake(ctx context.Context, _ string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	p, ok := uds.PeerFromContext(uds.ContextWithPeer(ctx, conn))
	if !ok {
		return nil, nil, fmt.Errorf("grpcpeer: the peer process of a %T is not known", conn)
	}
	if c.authorize != nil {
		if err := c.authorize(p); err != nil {
			return nil, nil, fmt.Errorf("grpcpeer: %+v is refused: %w", p.Cred, err)
		}
	}
	// Nobody but the two processes and the superuser sees what is sent, as with
	// gRPC's own local credentials.
	return conn, AuthInfo{credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}, p}, nil
}

func (c *creds) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: authType}
}

func (c *creds) Clone() credentials.TransportCredentials { return &creds{c.authorize} }

func (c *creds) OverrideServerName(string) error { return nil }
