//go:build linux

package uds

import (
	"context"
	"errors"
	"sync"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// redialing returns a connection with Redial.
func redialing(t *testing.T, to *DgramConn) *DgramConn {
	t.Helper()
	c, err := (&Dialer{Redial: true}).DialDgram(context.Background(), to.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func receiver(t *testing.T) *DgramConn {
	t.Helper()
	l, err := ListenDgram("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// A send that met the end of the connection before a Disconnect does not
// connect again after it.
func TestRedialAfterADisconnect(t *testing.T) {
	c := redialing(t, receiver(t))
	defer c.Close()
	var turn socket.Turn
	if err := c.s.BeginSend(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	if err := c.Disconnect(); err != nil {
		t.Fatal(err)
	}
	if err := c.reconnect(&turn, 1); !errors.Is(err, sys.ENOTCONN) {
		t.Errorf("got %v, want %v", err, sys.ENOTCONN)
	}
	if a, err := c.Peername(); !errors.Is(err, sys.ENOTCONN) {
		t.Errorf("got the peer %v, %v, want none", a, err)
	}
}

// Whatever sends while Disconnect is called, nobody is the peer after it.
func TestRedialDuringADisconnect(t *testing.T) {
	l := receiver(t)
	for range 1000 {
		c := redialing(t, l)
		var sends sync.WaitGroup
		sends.Go(func() {
			for range 3 {
				_ = c.SendMsg(&Message{}, FlagNoWait)
			}
		})
		if err := c.Disconnect(); err != nil {
			t.Fatal(err)
		}
		sends.Wait()
		if a, err := c.Peername(); !errors.Is(err, sys.ENOTCONN) {
			t.Fatalf("got the peer %v, %v, want none", a, err)
		}
		c.Close()
	}
}
