// Syslog prints what programs log, and who they are: whatever the text says, the
// kernel tells the sender's process, user and group with every datagram.
//
//	go run ./examples/syslog /tmp/log &
//	logger --socket-errors=on -u /tmp/log hello
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"

	"example.com/uds"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: syslog address")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := listen(ctx, os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	context.AfterFunc(ctx, func() { c.Close() })
	if err := serve(c, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// listen binds the socket that programs log to. Everybody may write to it.
func listen(ctx context.Context, address string) (*uds.DgramConn, error) {
	lc := uds.ListenConfig{
		Mode:     0o666,
		Existing: uds.ExistingRemoveStale,
		Options:  uds.Options{PassCredentials: true},
	}
	return lc.ListenDgram(ctx, address)
}

// serve prints what arrives until c is closed. What does not fit is cut, and
// descriptors are closed, because there is no room for them: a sender of such things
// does not end the service.
func serve(c *uds.DgramConn, w io.Writer) error {
	m := uds.Message{Buffers: [][]byte{make([]byte, 64<<10)}, OOB: new(uds.OOB)}
	for {
		err := c.RecvMsg(&m, 0)
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil && !errors.Is(err, uds.ErrTruncated) && !errors.Is(err, uds.ErrOOBTruncated):
			return err
		}
		e := parse(string(m.Buffers[0][:m.N]))
		if m.OOB.Cred != nil {
			e.sender = *m.OOB.Cred
		}
		if _, err := fmt.Fprintln(w, e); err != nil {
			return err
		}
	}
}
