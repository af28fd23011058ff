package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// A tech is a contestant's way of using stream and SEQPACKET sockets: how it
// makes connections, and which of its calls move the messages.
type tech interface {
	listen(network, path string) (acceptor, error)
	dial(network, path string) (end, error)
	adopt(fd int) (end, error) // takes the descriptor
	// handover makes a pair: one end for this process, one for a child.
	handover() (end, *os.File, error)
}

type acceptor interface {
	accept() (end, error)
	close() error
}

// An end is one end of a connection with a contestant's loops over it. The
// last byte of message i of a call is byte(i), and every receive checks it.
type end interface {
	send(size, n int) error
	recv(size, n int) error
	ping(size, n int) error
	echo(size, n int, think time.Duration) error
	// exchange sends burst messages here and receives them at peer, until n are through.
	exchange(peer end, size, n, burst int) error
	bulkSend(b bulk) error
	bulkRecv(b bulk) error
	setSendBuffer(bytes int) error
	close() error
}

// techs holds every contestant by name; each contestant's file adds its own.
var techs = map[string]tech{}

// lookup returns the contestant of a name that a row uses.
func lookup[T any](table map[string]T, name string) T {
	t, ok := table[name]
	if !ok {
		panic(fmt.Sprintf("row names contestant %q, which does not exist", name))
	}
	return t
}

// connect makes one connection within this process by listening and dialling.
func connect(t tech, network, path string) (a, b end, err error) {
	l, err := t.listen(network, path)
	if err != nil {
		return nil, nil, err
	}
	defer l.close()
	if a, err = t.dial(network, path); err != nil {
		return nil, nil, err
	}
	if b, err = l.accept(); err != nil {
		a.close()
		return nil, nil, err
	}
	return a, b, nil
}

func closeAll(ends []end) error {
	var first error
	for _, e := range ends {
		if err := e.close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// endAll closes the ends, waits for the goroutines that use them, and returns the
// errors of those, too.
func endAll(ends []end, users *sync.WaitGroup, errs chan error) error {
	err := closeAll(ends)
	users.Wait()
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	return err
}
