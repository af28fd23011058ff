// Package dns runs miekg/dns over datagram and SEQPACKET sockets of AF_UNIX.
//
// miekg/dns frames messages by whether a connection is a net.PacketConn. A DgramConn
// is one, and carries one message in each datagram; a SeqConn is not, and carries each
// message with its length in front, as a TCP connection does.
//
// miekg/dns, and its Shutdown too, would wait for ever for a client that does not
// receive its answers: it was made for UDP, where no send waits. Here an answer waits
// for a second at most.
package dns

import (
	"context"
	"errors"
	"time"

	"github.com/miekg/dns"

	"example.com/uds"
)

// answerTimeout is how long an answer waits for a client that does not receive.
const answerTimeout = time.Second

// ServeDgram makes srv answer datagrams at the address. Serve with
// srv.ActivateAndServe; srv.Shutdown closes the socket.
func ServeDgram(srv *dns.Server, address string) error {
	c, err := uds.ListenDgram(address)
	if err != nil {
		return err
	}
	if err := c.SetWriteTimeout(answerTimeout); err != nil {
		return errors.Join(err, c.Close())
	}
	srv.PacketConn = c
	return nil
}

// ServeSeq makes srv answer connections to the address.
func ServeSeq(srv *dns.Server, address string) error {
	lc := uds.ListenConfig{Authorize: func(c *uds.SeqConn) error { return c.SetWriteTimeout(answerTimeout) }}
	l, err := lc.ListenSeq(context.Background(), address)
	if err != nil {
		return err
	}
	srv.Listener = l
	return nil
}

// Dial connects to a server at the address, on the network "unixgram" or
// "unixpacket". The caller closes the connection.
func Dial(ctx context.Context, network, address string) (*dns.Conn, error) {
	c, err := new(uds.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &dns.Conn{Conn: c, UDPSize: dns.DefaultMsgSize}, nil
}
