package main

import (
	"errors"
	"fmt"
	"time"
)

// A link is one end of a connection as a Go contestant offers it. Every Go
// contestant is behind one concrete adapter, so all pay the same interface call.
type link interface {
	send(p []byte) (int, error)
	recv(p []byte) (int, error)
	setSendBuffer(bytes int) error
	close() error
}

var (
	errLength = errors.New("wrong length")
	errByte   = errors.New("wrong byte at the end of the payload")
)

// goEnd is the end of every Go contestant.
type goEnd struct{ l link }

func sendOne(l link, p []byte, i int) error {
	p[len(p)-1] = byte(i)
	n, err := l.send(p)
	if err == nil && n != len(p) {
		err = errLength
	}
	return err
}

func recvOne(l link, p []byte, i int) error {
	n, err := l.recv(p)
	switch {
	case err != nil:
		return err
	case n != len(p):
		return fmt.Errorf("%w: got %d, want %d", errLength, n, len(p))
	case p[n-1] != byte(i):
		return errByte
	}
	return nil
}

func (e goEnd) send(size, n int) error {
	p := make([]byte, size)
	for i := range n {
		if err := sendOne(e.l, p, i); err != nil {
			return err
		}
	}
	return nil
}

func (e goEnd) recv(size, n int) error {
	p := make([]byte, size)
	for i := range n {
		if err := recvOne(e.l, p, i); err != nil {
			return err
		}
	}
	return nil
}

func (e goEnd) ping(size, n int) error {
	p := make([]byte, size)
	for i := range n {
		if err := sendOne(e.l, p, i); err != nil {
			return err
		}
		if err := recvOne(e.l, p, i); err != nil {
			return err
		}
	}
	return nil
}

func (e goEnd) echo(size, n int, think time.Duration) error {
	p := make([]byte, size)
	for i := range n {
		if err := recvOne(e.l, p, i); err != nil {
			return err
		}
		if think > 0 {
			time.Sleep(think)
		}
		if err := sendOne(e.l, p, i); err != nil {
			return err
		}
	}
	return nil
}

func (e goEnd) exchange(peer end, size, n, burst int) error {
	a, b := e.l, peer.(goEnd).l
	p, q := make([]byte, size), make([]byte, size)
	for i := 0; i < n; i += burst {
		k := min(burst, n-i)
		for j := range k {
			if err := sendOne(a, p, i+j); err != nil {
				return err
			}
		}
		for j := range k {
			if err := recvOne(b, q, i+j); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e goEnd) setSendBuffer(bytes int) error { return e.l.setSendBuffer(bytes) }
func (e goEnd) close() error                  { return e.l.close() }

// goRotate sends one message over each pair in turn, in one goroutine.
func goRotate(as, bs []end, size, n int) error {
	p, q := make([]byte, size), make([]byte, size)
	a, b := links(as), links(bs)
	for i := range n {
		if err := sendOne(a[i%len(a)], p, i); err != nil {
			return err
		}
		if err := recvOne(b[i%len(b)], q, i); err != nil {
			return err
		}
	}
	return nil
}

func links(es []end) []link {
	ls := make([]link, len(es))
	for i, e := range es {
		ls[i] = e.(goEnd).l
	}
	return ls
}
