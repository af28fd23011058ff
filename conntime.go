package uds

import (
	"time"

	"example.com/uds/socket"
)

// SetDeadline sets the deadline of receives and sends.
func (c *conn) SetDeadline(t time.Time) error {
	return c.set(func(s *socket.Socket) error { return s.SetDeadline(t) })
}

// SetReadDeadline sets the deadline of receives.
func (c *conn) SetReadDeadline(t time.Time) error {
	if !c.ok() {
		return c.check("set")
	}
	if err := c.s.SetReadDeadline(t); err != nil {
		return c.failSet("set", err)
	}
	return nil
}

// SetWriteDeadline sets the deadline of sends.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if !c.ok() {
		return c.check("set")
	}
	if err := c.s.SetWriteDeadline(t); err != nil {
		return c.failSet("set", err)
	}
	return nil
}

// SetReadTimeout bounds every later receive.
func (c *conn) SetReadTimeout(d time.Duration) error {
	return c.set(func(s *socket.Socket) error { return s.SetReadTimeout(d) })
}

// SetWriteTimeout bounds every later send.
func (c *conn) SetWriteTimeout(d time.Duration) error {
	return c.set(func(s *socket.Socket) error { return s.SetWriteTimeout(d) })
}

// ReadTimeout returns what SetReadTimeout set.
func (c *conn) ReadTimeout() time.Duration {
	if !c.ok() {
		return 0
	}
	return c.s.ReadTimeout()
}

// WriteTimeout returns what SetWriteTimeout set.
func (c *conn) WriteTimeout() time.Duration {
	if !c.ok() {
		return 0
	}
	return c.s.WriteTimeout()
}

// Cancel makes the calls in progress fail with context.Canceled.
func (c *conn) Cancel() {
	if c.ok() {
		c.s.Cancel()
	}
}
