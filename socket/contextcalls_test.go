//go:build unix

package socket_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"example.com/uds/socket"
)

// busyContext is a context whose methods use a socket.
type busyContext struct {
	context.Context
	use, end func()
}

func (c busyContext) Done() <-chan struct{} { c.use(); return c.Context.Done() }
func (c busyContext) Value(key any) any     { c.use(); return c.Context.Value(key) }

func (c busyContext) Err() error {
	c.use()
	err := c.Context.Err()
	if err != nil {
		c.end()
	}
	return err
}

// A context may use the socket whose call it ends, and close it when it ends.
func TestContextThatUsesTheSocket(t *testing.T) {
	for _, c := range blockedCalls() {
		if c.name != "Connect" && c.name != "Accept" {
			continue
		}
		for name, end := range map[string]func(*socket.Socket){
			"uses":   func(*socket.Socket) {},
			"closes": func(s *socket.Socket) { s.Close() },
		} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				sc := c.scene(t)
				base, cancel := context.WithCancel(background)
				ctx := busyContext{base, func() { use(sc.s) }, func() { end(sc.s) }}
				done := start(func() error { return sc.call(ctx) })
				waitParked(t, sc.s)
				cancel()
				hang := time.AfterFunc(safetyNet, func() { panic("the call hangs, and so would what cleans up") })
				defer hang.Stop()
				if err := <-done; !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
					t.Errorf("got %v, want %v or %v", err, context.Canceled, net.ErrClosed)
				}
				sc.close()
			})
		}
	}
}

// use uses a socket in ways that wait for no call of its.
func use(s *socket.Socket) {
	_ = s.SetDeadline(time.Now().Add(time.Hour))
	_, _ = s.Sockname()
}
