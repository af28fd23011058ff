package main

import (
	"context"
	"errors"
	"os"

	"example.com/uds"
)

// DefaultSocket is where journald listens.
const DefaultSocket = "/run/systemd/journal/socket"

// Journal is a connection to journald.
type Journal struct{ c *uds.DgramConn }

// Dial connects to journald. The caller closes the Journal.
func Dial(ctx context.Context, address string) (*Journal, error) {
	d := uds.Dialer{Redial: true} // journald may be restarted
	c, err := d.DialDgram(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Journal{c}, nil
}

// Close closes the socket.
func (j *Journal) Close() error { return j.c.Close() }

// Send writes an entry.
func (j *Journal) Send(e *Entry) error {
	err := j.c.Send(e.b)
	if !tooLarge(err) {
		return err
	}
	f, err := sealed(e.b)
	if err != nil {
		return err
	}
	return errors.Join(j.sendFile(f), f.Close())
}

// sendFile sends a file that holds an entry, with an empty datagram.
func (j *Journal) sendFile(f *os.File) error { return j.c.SendFiles(nil, f) }
