package uds

import (
	"context"
	"errors"
	"fmt"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// transmit sends one datagram.
func (c *DgramConn) transmit(o *outgoing, f Flags) error {
	if !c.ok() {
		return c.check("write")
	}
	var t socket.Turn
	err := c.beginSend(&t, o.began, f)
	if err != nil {
		return c.sendFailed(o, err)
	}
	err = c.transmitTurn(&t, o, f)
	t.End()
	if err != nil {
		return c.sendFailed(o, err)
	}
	return nil
}

// transmitTurn is transmit in a turn. A send that waits for a full receiver
// gives its turn away, so meanwhile the kept Msg is its own.
func (c *DgramConn) transmitTurn(t *socket.Turn, o *outgoing, f Flags) error {
	k := c.keeping()
	m := message(&k.out)
	k.out = nil
	err := o.send(t, m, f)
	for tries := 0; err != nil && o.to == nil && tries < maxRedials && c.lost(err); tries++ {
		if err = c.reconnect(t, o.size()); err != nil {
			break
		}
		err = notSent(o.size(), o.send(t, m, f))
	}
	if t.Held() {
		k.out = m
	}
	return err
}

// sendFailed returns the error of a send that failed with err.
func (c *DgramConn) sendFailed(o *outgoing, err error) error {
	err = c.limitError("sendmsg", o.size(), err)
	if o.to == nil {
		return c.fail("write", err)
	}
	return c.failAt("write", o.dest(), procError(o.to, err))
}

// maxRedials is how often one send connects again: the receiver that it finds may
// be gone before the datagram is sent, and a Clone shares the socket and its peer.
const maxRedials = 10

// lost reports whether a send to the peer failed with err because the peer is
// gone, and the connection redials. After a Disconnect it does not. ECONNRESET is
// what a send gets if another one, of a Clone, finds the peer gone at the same
// time: unix_dgram_sendmsg in net/unix/af_unix.c.
func (c *DgramConn) lost(err error) bool {
	if !c.redial || c.addrs().remote.IsUnnamed() {
		return false
	}
	return isErrno(err, sys.ECONNREFUSED) || isErrno(err, sys.ENOTCONN) || isErrno(err, sys.ECONNRESET)
}

// resend connects to the peer's address again and repeats the send of p, which
// failed with err.
func (c *DgramConn) resend(t *socket.Turn, p []byte, err error) (n int, _ error) {
	for tries := 0; tries < maxRedials && c.lost(err); tries++ {
		if err = c.reconnect(t, len(p)); err != nil {
			return 0, err
		}
		n, err = t.Send(p, 0)
		err = notSent(len(p), err)
	}
	return n, err
}

// reconnect connects to the peer's address again, for a datagram of n bytes, but
// not after a Disconnect.
func (c *DgramConn) reconnect(t *socket.Turn, n int) error {
	c.peering.Lock()
	defer c.peering.Unlock()
	peer := c.addrs().remote
	if peer.IsUnnamed() {
		return notSent(n, sysError("sendto", sys.ENOTCONN))
	}
	sa, release, err := reach(peer)
	if err != nil {
		return notSent(n, err)
	}
	defer release()
	return notSent(n, t.Connect(context.Background(), sa))
}

// notSent returns the error of a datagram of n bytes that found no receiver.
func notSent(n int, err error) error {
	if e := sys.Errno(0); errors.As(err, &e) {
		return sysError(fmt.Sprintf("redial, %d bytes not sent", n), e)
	}
	return err
}
