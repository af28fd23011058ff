//go:build unix

// Restart is an HTTP server that hands its listener and its live connections to
// its successor: no request fails, and no client has to connect again.
//
//	go build ./examples/restart
//	./restart /tmp/restart.sock &
//	kill -HUP PID       # starts a successor, from the program's file as it is then
//
// The predecessor gives up a connection when it has answered what it read from it.
// What the client sends meanwhile stays in the socket, for the successor. If no
// successor can be started, the predecessor goes on.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"example.com/uds"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "restart:", err)
		os.Exit(1)
	}
}

// handoffVariable says, in a successor's environment, that descriptor 3 is the
// connection to its predecessor.
const handoffVariable = "RESTART_HANDOFF"

// program is the command that runs this program.
var program = func() *exec.Cmd { return exec.Command(os.Args[0], os.Args[1:]...) }

func run() error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, os.Interrupt) // before anyone can know this process
	s := newServer(http.HandlerFunc(answer))
	if os.Getenv(handoffVariable) != "" {
		os.Unsetenv(handoffVariable)
		s.inheriting.Go(func() { s.inherit(os.NewFile(3, "predecessor")) })
	} else if len(os.Args) != 2 {
		return errors.New("usage: restart SOCKET")
	} else if err := s.listen(os.Args[1]); err != nil {
		return err
	}
	go s.http.Serve(s.incoming)
	for <-signals == syscall.SIGHUP {
		successor, err := startSuccessor()
		if err != nil {
			log.Print(err) // this process goes on
			continue
		}
		defer successor.Close()
		return s.handOver(successor)
	}
	s.stopListening(true)
	return s.http.Shutdown(context.Background())
}

// answer says which process answers.
func answer(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) }

// listen begins to accept connections at path.
func (s *server) listen(path string) error {
	lc := uds.ListenConfig{Existing: uds.ExistingRemoveStale}
	l, err := lc.ListenSeq(context.Background(), path)
	if err != nil {
		return err
	}
	s.accept(l)
	return nil
}

// startSuccessor starts a successor and returns the connection to it, which the
// caller closes.
func startSuccessor() (*uds.SeqConn, error) {
	mine, its, err := uds.SeqPair()
	if err != nil {
		return nil, err
	}
	if err := startWith(its); err != nil {
		mine.Close()
		return nil, err
	}
	return mine, nil
}

// startWith starts a successor that has c, which is closed here.
func startWith(c *uds.SeqConn) error {
	defer c.Close() // does nothing once it is detached
	f, err := c.Detach()
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := program()
	cmd.Env = append(cmd.Environ(), handoffVariable+"=1")
	cmd.ExtraFiles = []*os.File{f} // descriptor 3
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Start()
}

// handOver gives the successor everything, including what this process inherits
// itself.
func (s *server) handOver(successor *uds.SeqConn) error {
	s.inheriting.Wait()
	if err := s.giveListener(successor); err != nil {
		return err
	}
	return s.giveConns(successor)
}

// The messages of a handoff, each with one descriptor. It ends when the connection
// does.
const (
	listenerMessage = "listener"
	connMessage     = "connection"
)

// inherit takes over what a predecessor gives.
func (s *server) inherit(socket *os.File) {
	c, err := uds.FileSeqConn(socket)
	socket.Close()
	if err != nil {
		log.Print(err)
		return
	}
	defer c.Close()
	what := make([]byte, 100)
	for {
		n, files, err := c.RecvFiles(what, 1)
		if err != nil {
			return // it has given all it had
		}
		if err := s.adopt(string(what[:n]), files); err != nil {
			log.Print(err)
		}
	}
}

// adopt goes on with a listener or a connection.
func (s *server) adopt(what string, files []*os.File) error {
	if len(files) != 1 {
		return fmt.Errorf("%d files with the message %q", len(files), what)
	}
	defer files[0].Close() // both constructors duplicate it
	if what == listenerMessage {
		l, err := uds.FileSeqListener(files[0])
		if err == nil {
			s.accept(l)
		}
		return err
	}
	c, err := uds.FileSeqConn(files[0])
	if err == nil {
		s.incoming.conns <- s.wrap(c)
	}
	return err
}

// incoming is a net.Listener of connections from wherever.
type incoming struct {
	conns chan net.Conn
	done  chan struct{}
	addr  net.Addr
}

func (in *incoming) Accept() (net.Conn, error) {
	select {
	case c := <-in.conns:
		return c, nil
	case <-in.done:
		return nil, net.ErrClosed
	}
}

func (in *incoming) Close() error {
	select {
	case <-in.done:
	default:
		close(in.done)
	}
	return nil
}

func (in *incoming) Addr() net.Addr { return in.addr }
