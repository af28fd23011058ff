// Echo is a first program: a server that sends every message back, and a client
// in the same process.
//
//	go run ./examples/echo
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"time"

	"example.com/uds"
)

func main() {
	if err := run(os.Stdout, filepath.Join(os.TempDir(), "echo.sock")); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer, path string) error {
	l, err := uds.ListenSeq(path)
	if err != nil {
		return err
	}
	defer l.Close() // Removes the socket file.
	go serve(l)

	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	buf := make([]byte, 1024)
	for _, m := range []string{"hello", "", "good-bye"} {
		if err := c.Send([]byte(m)); err != nil {
			return err
		}
		n, err := c.Recv(buf)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%q came back\n", buf[:n])
	}
	return nil
}

// serve gives each connection a goroutine, until l is closed.
func serve(l *uds.SeqListener) {
	for {
		c, err := l.AcceptSeq()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // No descriptor is left, say: that passes.
			log.Print(err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go echo(c)
	}
}

// echo sends messages back, until the client has closed its connection.
func echo(c *uds.SeqConn) {
	defer c.Close()
	buf := make([]byte, 1024)
	for {
		n, err := c.Recv(buf)
		if err != nil {
			return // io.EOF at the end, *uds.TruncatedError for more than 1024 bytes.
		}
		if err := c.Send(buf[:n]); err != nil {
			return
		}
	}
}
