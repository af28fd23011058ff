//go:build linux

// Package mux runs stream multiplexers over a SEQPACKET connection.
package mux

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/hashicorp/yamux"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// Many streams at once, 1 MB each way; the servers echo and half-close.
func TestYamux(t *testing.T) {
	a, b, err := uds.SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	server, err := yamux.Server(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := yamux.Client(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	go echo(server)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c, err := client.Open()
			if err == nil {
				err = roundTrip(c, bytes.Repeat([]byte{byte(i)}, 1_000_000))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// echo sends back what comes on every stream, until the session ends.
func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			io.Copy(c, c)
			c.Close()
		}()
	}
}

// roundTrip sends p and wants it back, and then the end.
func roundTrip(c net.Conn, p []byte) error {
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(p)
		sent <- err
	}()
	got := make([]byte, len(p))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if !bytes.Equal(got, p) {
		return fmt.Errorf("got other bytes than the %d that were sent", len(p))
	}
	if err := <-sent; err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	if n, err := c.Read(got); err != io.EOF {
		return fmt.Errorf("after Close: got %d, %v, want EOF", n, err)
	}
	return nil
}
