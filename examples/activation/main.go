// Activation is an echo service that a service manager starts when somebody
// connects. Try it with
//
//	go build ./examples/activation
//	systemd-socket-activate --seqpacket -l /tmp/echo ./activation
//	systemd-socket-activate -d -l /tmp/echo ./activation
//
// The service manager makes and removes the socket file: the service needs no
// right to do so, and no client is refused while the service restarts.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"example.com/uds"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	files, err := uds.ActivatedFiles(true)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("no sockets: start this with systemd-socket-activate")
	}
	var services sync.WaitGroup
	var sockets []io.Closer
	for _, f := range files {
		s, serve, err := adopt(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
		f.Close() // adopt has a duplicate
		sockets = append(sockets, s)
		services.Go(serve)
	}
	<-stop
	for _, s := range sockets {
		s.Close()
	}
	services.Wait()
	return nil
}

// adopt finds out what kind of socket f is, and returns it and its service.
func adopt(f *os.File) (io.Closer, func(), error) {
	l, err := uds.FileSeqListener(f)
	if err == nil {
		return l, func() { serveConnections(l) }, nil
	}
	c, dgramErr := uds.FileDgramConn(f)
	if dgramErr == nil {
		return c, func() { answerDatagrams(c) }, nil
	}
	return nil, nil, errors.Join(err, dgramErr)
}

// serveConnections gives each connection a goroutine, until l is closed.
func serveConnections(l *uds.SeqListener) {
	log.Printf("listening at %v", l.Addr())
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
		go answerMessages(c)
	}
}

// answerMessages answers every message of up to 64 KiB with itself, until the
// client has closed its connection or sends a larger one.
func answerMessages(c *uds.SeqConn) {
	defer c.Close()
	p := make([]byte, 64<<10)
	for {
		n, err := c.Recv(p)
		if err != nil {
			if err != io.EOF {
				log.Print(err) // such as *uds.TruncatedError
			}
			return
		}
		if err := c.Send(p[:n]); err != nil {
			return
		}
	}
}

// answerDatagrams answers every datagram with its first 64 KiB, but does not wait for a
// client whose queue is full: that would hold up the answers to all others. Answers
// that nobody has received yet also fill the socket's own buffer, and then no client is
// answered: a client that is not trusted to receive needs a connection of its own.
func answerDatagrams(c *uds.DgramConn) {
	log.Printf("receiving at %v", c.LocalAddr())
	p := make([]byte, 64<<10)
	for {
		n, from, err := c.ReadFromAddr(p)
		if err != nil {
			return
		}
		if from.IsUnnamed() {
			continue // nobody can answer that
		}
		answer := uds.Message{Buffers: [][]byte{p[:n]}, Addr: from}
		if err := c.SendMsg(&answer, uds.FlagNoWait); err != nil {
			log.Printf("answer %v: %v", from, err)
		}
	}
}
