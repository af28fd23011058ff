package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"example.com/uds"
)

// Notifier tells the service manager about this process: sd_notify(3).
type Notifier struct{ c *uds.DgramConn }

// NewNotifier connects to the manager that NOTIFY_SOCKET names. The caller
// closes it. Without a manager the error is os.ErrNotExist.
func NewNotifier(ctx context.Context) (*Notifier, error) {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return nil, fmt.Errorf("NOTIFY_SOCKET: %w", os.ErrNotExist)
	}
	d := uds.Dialer{Redial: true} // the manager may be restarted
	c, err := d.DialDgram(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Notifier{c}, nil
}

// Close closes the socket.
func (n *Notifier) Close() error { return n.c.Close() }

// Notify sends assignments such as "READY=1" in one message.
func (n *Notifier) Notify(assignments ...string) error {
	return n.c.Send([]byte(strings.Join(assignments, "\n")))
}

// Ready says that the service has started, and gives its status.
func (n *Notifier) Ready(status string) error { return n.Notify("READY=1", "STATUS="+status) }

// Store gives the manager files to keep for the next start of this service,
// under a name. They stay the caller's.
func (n *Notifier) Store(name string, files ...*os.File) error {
	return n.c.SendFiles([]byte("FDSTORE=1\nFDNAME="+name), files...)
}

// Barrier waits until the manager has processed all that was sent: then the manager
// closes the descriptor that goes with the message.
func (n *Notifier) Barrier(ctx context.Context) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	err = n.c.SendFiles([]byte("BARRIER=1"), w)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { r.Close() })
	defer stop()
	_, err = r.Read(make([]byte, 1))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}
