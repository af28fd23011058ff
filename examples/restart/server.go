//go:build unix

package main

import (
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"example.com/uds"
)

// server is an HTTP server that can give up its listener and connections.
type server struct {
	http       *http.Server
	incoming   *incoming
	inheriting sync.WaitGroup

	mu        sync.Mutex
	listener  *uds.SeqListener
	accepting sync.WaitGroup
	conns     map[*conn]bool // true: between two requests
	empty     *sync.Cond     // conns changed
	successor *uds.SeqConn   // nil: none yet
}

func newServer(h http.Handler) *server {
	s := &server{
		incoming: &incoming{conns: make(chan net.Conn), done: make(chan struct{}), addr: &net.UnixAddr{Net: "unixpacket"}},
		conns:    map[*conn]bool{},
	}
	s.empty = sync.NewCond(&s.mu)
	s.http = &http.Server{Handler: h, ConnState: s.stateChanged}
	return s
}

// accept accepts connections from l, which it owns, until stopListening.
func (s *server) accept(l *uds.SeqListener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener = l
	s.accepting.Go(func() {
		for {
			c, err := l.AcceptSeq()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				log.Print(err) // such as EMFILE: there are descriptors again when clients leave
				time.Sleep(100 * time.Millisecond)
				continue
			}
			s.incoming.conns <- s.wrap(c)
		}
	})
}

// wrap makes c a connection that can be given up.
func (s *server) wrap(c *uds.SeqConn) *conn {
	w := &conn{Conn: c, seq: c}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[w] = false
	return w
}

// stopListening closes the listener, and removes its file only if remove is set: a
// successor still needs it.
func (s *server) stopListening(remove bool) {
	s.mu.Lock()
	l := s.listener
	s.mu.Unlock()
	if l == nil {
		return
	}
	l.SetUnlinkOnClose(remove)
	l.Close()
	s.accepting.Wait()
}

// giveListener gives the listener to the successor at c. Both have it for a
// moment, so that no client is refused.
func (s *server) giveListener(c *uds.SeqConn) error {
	s.mu.Lock()
	l := s.listener
	s.mu.Unlock()
	if l == nil {
		return errors.New("no listener to give")
	}
	f, err := l.File()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := c.SendFiles([]byte(listenerMessage), f); err != nil {
		return err
	}
	s.stopListening(false)
	return nil
}

// giveConns gives every connection to the successor at c as soon as possible, and
// returns when none is left.
func (s *server) giveConns(c *uds.SeqConn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.successor = c
	for w, idle := range s.conns {
		if idle {
			s.give(w)
		}
	}
	for len(s.conns) > 0 {
		s.empty.Wait()
	}
	return nil
}

// give gives w to the successor unless part of a request was read. The caller
// holds s.mu.
func (s *server) give(w *conn) {
	f := w.giveUp()
	if f == nil {
		return // its turn comes after the next answer
	}
	if err := s.successor.SendFiles([]byte(connMessage), f); err != nil {
		// The client sees the end of the connection.
		log.Print(err)
	}
	f.Close()
	s.forget(w)
}

// forget notes that w is gone. The caller holds s.mu.
func (s *server) forget(w *conn) {
	delete(s.conns, w)
	s.empty.Broadcast()
}

// stateChanged is http.Server.ConnState.
func (s *server) stateChanged(c net.Conn, state http.ConnState) {
	w := c.(*conn)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.conns[w]; !ok {
		return // given up
	}
	switch state {
	case http.StateNew, http.StateIdle:
		s.conns[w] = true
		if s.successor != nil {
			s.give(w)
		}
	case http.StateActive:
		s.conns[w] = false
	case http.StateClosed, http.StateHijacked:
		s.forget(w)
	}
}

// conn is a connection that can be given up between two requests. It has no
// methods but those of net.Conn: http.Server looks for others to write with.
type conn struct {
	net.Conn
	seq   *uds.SeqConn
	mu    sync.Mutex
	dirty bool // bytes were read since the last answer
}

// Read never takes a byte without noting it, so that the connection is not given up
// without that byte: it first waits for one, then reads it and notes that.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.seq.NextSize()
		if err != nil {
			return 0, err
		}
		if n > 0 {
			break
		}
		if _, err := c.seq.Recv(nil); err != nil { // an empty message
			return 0, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.seq.Read(p)
	if n > 0 {
		c.dirty = true
	}
	return n, err
}

// Write notes that an answer is on its way. A client sends nothing before that
// but its request, which was read.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.dirty = false
	c.mu.Unlock()
	return c.seq.Write(p)
}

// giveUp returns the connection's socket, or nil if part of a request was read
// or no descriptor is to be had. The server's Read ends as if the
// connection had been closed.
func (c *conn) giveUp() *os.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dirty {
		return nil
	}
	f, err := c.seq.Detach()
	if err != nil {
		return nil
	}
	return f
}
